// A service's side of the spool: what it stored comes back, on the disk, in order, within bounds.

import ClawgressAudit
import ClawgressModel
import Foundation
import Testing

@Suite("spool of a service")
struct AdminSpoolTests {
    @Test("gives every field back as it was")
    func everyField() async throws {
        let folder = TemporaryFolder()
        let spool = try AdminSpool.open(folder)
        var expected: [AdminEvent] = []
        for action in AdminAction.allCases {
            for role in [nil] + ActorRole.allCases.map(Optional.some) {
                let number = UInt64(expected.count)
                expected.append(try varied(action, role, number))
            }
        }
        for event in expected {
            let record = try await spool.append(event)
            #expect(record.event == event)
        }
        let read = try adminRecords(folder)
        #expect(read.map(\.event) == expected)
        #expect(read.map(\.sequence) == Array(1...UInt64(expected.count)))
        #expect(read.allSatisfy { $0.serviceID == "admin-api" && $0.worker == 0 })
        #expect(read.allSatisfy { $0.bootID == spool.bootID })
        #expect(folder.segments.count > 3, "the records fill more than one segment")
    }

    /// An event in which each optional member is there or not, and long or short.
    private func varied(
        _ action: AdminAction,
        _ role: ActorRole?,
        _ number: UInt64
    ) throws -> AdminEvent {
        func optional<Value>(_ bit: UInt64, _ value: Value) -> Value? {
            number >> bit & 1 == 1 ? value : nil
        }
        let results = AdminResult.allCases
        return try AdminEvent(
            eventID: RequestID(high: number &* 0x9E37_79B9_7F4A_7C15, low: ~number),
            timestamp: 1_795_467_600_000_000 + Int64(number),
            actor: AdminActor(
                name: optional(0, "user-\(number)"),
                role: role,
                credentialID: optional(1, String(repeating: "k", count: Int(number % 128) + 1))
            ),
            source: optional(
                2,
                number % 3 == 0
                    ? IPAddress(high: 0x2001_0DB8_0000_0000, low: number)
                    : IPAddress(v4: UInt32(number))
            ),
            action: action,
            subject: optional(3, String(repeating: "é\n😀", count: Int(number) + 1)),
            result: results[Int(number) % results.count],
            reason: optional(4, "code_\(number)"),
            revision: optional(5, "sha256:\(number)"),
            commitID: optional(6, "commit-\(number)"),
            serial: optional(1, Int64(number)),
            summary: optional(0, String(repeating: "+ policy \u{7}\(number)\u{0}; ", count: 300))
        )
    }

    @Test("numbers concurrent records without holes, each on the disk when it is answered")
    func concurrent() async throws {
        let folder = TemporaryFolder()
        let spool = try AdminSpool.open(folder)
        let answered = try await withThrowingTaskGroup(of: AdminRecord.self) { group in
            for marker in 0..<120 {
                group.addTask {
                    let record = try await spool.append(.sample(UInt64(marker)))
                    // A reader of another process would find it by now.
                    let found = try adminRecords(folder).contains { $0 == record }
                    #expect(found)
                    return record
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answered.map(\.sequence).sorted() == Array(1...120))
        let read = try adminRecords(folder)
        #expect(read.count == 120 && Set(read.map(\.event.marker)) == Set(0..<120))
    }

    @Test("belongs to one process at a time")
    func ownership() async throws {
        let folder = TemporaryFolder()
        let spool = try AdminSpool.open(folder)
        #expect(throws: SpoolError.owned(folder: folder.path)) { try AdminSpool.open(folder) }
        _ = try await spool.append(.sample(1))
    }

    @Test("goes on behind what earlier starts left, and tells the last of it")
    func restarts() async throws {
        let folder = TemporaryFolder()
        for boot in 1...3 {
            let spool = try AdminSpool.open(folder, boot: UInt64(boot))
            #expect(spool.lastEventID?.low == (boot == 1 ? nil : UInt64(boot - 1) * 10 + 1))
            for marker in 0..<2 {
                let record = try await spool.append(.sample(UInt64(boot * 10 + marker)))
                #expect(record.sequence == UInt64(marker) + 1)
            }
        }
        let read = try adminRecords(folder)
        #expect(read.map(\.event.marker) == [10, 11, 20, 21, 30, 31])
        #expect(read.map(\.bootID.low) == [1, 1, 2, 2, 3, 3])
    }

    @Test("refuses what has no room and takes it when there is some")
    func full() async throws {
        let folder = TemporaryFolder()
        let spool = try AdminSpool.open(folder, bytesMax: 2 * 65_536 + 4_096)
        let long = String(repeating: "x", count: 8_000)
        var taken = 0
        var refused = false
        while !refused {
            do {
                _ = try await spool.append(.sample(UInt64(taken), summary: long))
                taken += 1
            } catch {
                #expect(error as? SpoolError == .full(bytesMax: 2 * 65_536 + 4_096))
                refused = true
            }
            try #require(taken < 100)
        }
        #expect(try adminRecords(folder).count == taken)
        // A short one still fits into what is left of the segment, without a hole in the numbers.
        #expect(try await spool.append(.sample(900)).sequence == UInt64(taken) + 1)
        await #expect(throws: SpoolError.full(bytesMax: 2 * 65_536 + 4_096)) {
            try await spool.append(.sample(901, summary: long))
        }
        #expect(try await !spool.acknowledge(folder.segmentNumbers).isEmpty)
        #expect(try await spool.append(.sample(902, summary: long)).sequence == UInt64(taken) + 2)
        let last = try adminRecords(folder).suffix(2)
        #expect(last.map(\.event.marker) == [900, 902])
    }

    @Test("opens without room, too")
    func opensFull() async throws {
        let folder = TemporaryFolder()
        let spool = try AdminSpool.open(folder, bytesMax: 1)
        await #expect(throws: SpoolError.full(bytesMax: 1)) { try await spool.append(.sample(1)) }
        #expect(try adminRecords(folder).isEmpty)
    }

    @Test("says so when the disk fails, and believes it no more")
    func failingDisk() async throws {
        let folder = TemporaryFolder()
        let spool = try AdminSpool.open(folder)
        _ = try await spool.append(.sample(1))
        let path = try #require(folder.segments.last)
        // What cannot be opened cannot be brought to the disk.
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
        let error = try #require(
            await #expect(throws: SpoolError.self) { try await spool.append(.sample(2)) }
        )
        #expect(error.description.contains("open `\(path)`"))
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        await #expect(throws: error) { try await spool.append(.sample(3)) }
        #expect(try adminRecords(folder).map(\.event.marker) == [1, 2])
    }
}
