// Administrative records in damaged and in mixed spools: what was whole is kept, what was not is
// refused, and requests beside them are treated as ever.

import ClawgressAudit
import ClawgressBytes
import ClawgressModel
import Foundation
import Testing

private func recover(_ folder: TemporaryFolder) throws -> SpoolRecovery.Report {
    try SpoolRecovery.run(try SpoolFolder(path: folder.path))
}

/// The one segment of a spool with three administrative records, as bytes.
private func threeRecords() async throws -> (folder: TemporaryFolder, path: String, bytes: Data) {
    let folder = TemporaryFolder()
    do {
        let spool = try AdminSpool.open(folder)
        for marker in 0..<3 { _ = try await spool.append(.sample(UInt64(marker))) }
    }
    let path = try #require(
        try folder.segments.last {
            try Data(contentsOf: URL(fileURLWithPath: $0))[4_096...].contains { $0 != 0 }
        }
    )
    for other in folder.segments where other != path {
        try FileManager.default.removeItem(atPath: other)
    }
    return (folder, path, try Data(contentsOf: URL(fileURLWithPath: path)))
}

@Suite("recovery of administrative records")
struct AdminRecoveryTests {
    @Test("keeps what was whole at every length that a crash can cut a segment to")
    func everyTruncation() async throws {
        let (folder, path, whole) = try await threeRecords()
        let used = try #require(whole.lastIndex { $0 != 0 }) + 8
        var counts: Set<Int> = []
        for length in [0, 4_095] + Array(4_096...used) {
            // The rest of the pages never reached the disk: zeros, or nothing at all.
            for rest in [0, 65_536 - length] {
                try (whole.prefix(length) + Data(count: rest)).write(to: URL(fileURLWithPath: path))
                let report = try recover(folder)
                let read = try adminRecords(folder)
                #expect(report.events == read.count && report.orphans == 0, "cut at \(length)")
                #expect(read.map(\.event.marker) == Array(0..<UInt64(read.count)))
                #expect(try records(folder).count == read.count)
                counts.insert(read.count)
            }
        }
        #expect(counts == [0, 1, 2, 3])
    }

    @Test("keeps what was whole at every byte at which a writer can be interrupted")
    func everyTornWrite() async throws {
        let (folder, path, whole) = try await threeRecords()
        let size = Int(whole.word(at: 4_096) & ~1)
        let last = 4_096 + 2 * size
        for offset in last..<last + size {
            // Power fails: any part of the last record, its length included, may be missing.
            var torn = whole
            torn.replaceSubrange(offset..<last + size, with: Data(count: last + size - offset))
            try torn.write(to: URL(fileURLWithPath: path))
            let report = try recover(folder)
            let read = try adminRecords(folder)
            let isWhole = torn == whole
            #expect(read.map(\.event.marker) == (isWhole ? [0, 1, 2] : [0, 1]), "at \(offset)")
            #expect(report.torn == (isWhole || offset == last ? 0 : 1), "at \(offset)")
            let again = try recover(folder)
            #expect(again.events == 0 && again.orphans == 0)
            #expect(try adminRecords(folder) == read)
        }
    }

    @Test("finds every damaged bit in a record, and keeps the records before it")
    func everyBit() async throws {
        let (folder, path, whole) = try await threeRecords()
        let expected = try adminRecords(folder)
        let size = Int(whole.word(at: 4_096) & ~1)
        let second = 4_096 + size
        for offset in second..<second + size {
            for bit in 0..<8 {
                var damaged = whole
                damaged[offset] ^= UInt8(1) << UInt8(bit)
                try damaged.write(to: URL(fileURLWithPath: path))
                let read = try records(folder)
                // The four bytes that nothing reads may be anything.
                let isRead = !(second + 4..<second + 8).contains(offset)
                #expect(read.count == (isRead ? 1 : 3), "bit \(bit) of byte \(offset)")
                #expect(read.first == .admin(expected[0]))
            }
        }
    }

    @Test("refuses texts that are no UTF-8, and words that it does not know")
    func foreignRecords() async throws {
        let (folder, path, whole) = try await threeRecords()
        let before = try adminRecords(folder).count
        #expect(before == 3)
        let actor = 4_096 + 96
        #expect(whole[actor..<actor + 5] == Data("alice".utf8))
        let unknown = try #require(AdminAction.allCases.map(\.rawValue).max()) + 1
        let changes: [(offset: Int, byte: UInt8)] = [
            (actor, 0xFF), (actor, 0xC3), (actor, UInt8(ascii: " ")), (actor, 0),
            (4_096 + 72, unknown), (4_096 + 73, 3), (4_096 + 74, 5), (4_096 + 75, 5),
            (4_096 + 80, 65), (4_096 + 71, 0x7F),
        ]
        for change in changes {
            var foreign = whole
            foreign[change.offset] = change.byte
            foreign.seal(recordAt: 4_096)
            try foreign.write(to: URL(fileURLWithPath: path))
            #expect(try records(folder).isEmpty, "byte \(change.byte) at \(change.offset)")
            #expect(try recover(folder).torn == 1)
        }
        // The checksum of the test is the product's.
        var same = whole
        same.seal(recordAt: 4_096)
        #expect(same == whole)
    }

    @Test("gives hostile text back unchanged, and writes it as JSON on one line")
    func hostileText() async throws {
        let texts = [
            "\u{0}\u{1}\u{1F}\u{7F}\u{80}\u{9F}", "\u{1B}]0;x\u{7}\u{1B}[2J",
            "a\r\n\u{2028}\u{2029}b",
            "\u{202E}\u{2066}\u{200B}\u{FEFF}", "😀\u{10FFFF}\u{E000}", "\"\\/\u{8}\u{C}\t",
            "=cmd|' /C calc'!A0", "e\u{301}é",
        ]
        let folder = TemporaryFolder()
        let spool = try AdminSpool.open(folder)
        for text in texts {
            var event = try AdminEvent.sample(1, summary: text)
            event = try AdminEvent(
                eventID: event.eventID,
                timestamp: event.timestamp,
                actor: event.actor,
                source: nil,
                action: .tokenRevoke,
                subject: text,
                result: .refused,
                reason: "not_found",
                summary: text
            )
            _ = try await spool.append(event)
        }
        let read = try adminRecords(folder)
        for (record, expected) in zip(read, texts) {
            #expect(
                record.event.subject?.unicodeScalars.elementsEqual(expected.unicodeScalars) == true
            )
            let line = text(.admin(record))
            #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
            let json = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let summary = json?["summary"] as? String
            #expect(summary?.unicodeScalars.elementsEqual(expected.unicodeScalars) == true)
        }
        #expect(read.count == texts.count)
    }

    @Test("leaves requests and administrative records in one folder apart")
    func mixture() async throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder, boot: 1)
            let writer = boot.writer()
            for marker in 0..<5 { #expect(writer.exchange(UInt64(marker))) }
            _ = writer.open(.sample(5))
        }
        do {
            let spool = try AdminSpool.open(folder, boot: 2)
            #expect(spool.recovery.orphans == 1 && spool.recovery.events == 6)
            #expect(spool.lastEventID == nil)
            for marker in 10..<14 { _ = try await spool.append(.sample(UInt64(marker))) }
        }
        do {
            let boot = try Boot(folder, boot: 3)
            let writer = boot.writer()
            for marker in 20..<23 { #expect(writer.exchange(UInt64(marker))) }
        }
        #expect(try events(folder).map(\.marker) == [0, 1, 2, 3, 4, 5, 20, 21, 22])
        #expect(try adminRecords(folder).map(\.event.marker) == [10, 11, 12, 13])
        #expect(try events(folder).allSatisfy { $0.gatewayID == "gw-1" })
        let order = try records(folder).map(\.timestamp)
        #expect(order == order.sorted())
        #expect(try AdminSpool.open(folder, boot: 4).lastEventID?.low == 13)
    }

    @Test("keeps every answered record of a process that was really killed")
    func killedProcess() async throws {
        let folder = TemporaryFolder()
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let spool = try AdminSpool(
                folder: path,
                serviceID: "admin-api",
                bootID: BootID(high: 5, low: 5),
                now: 1
            )
            for marker in 0..<50 { _ = try await spool.append(.sample(UInt64(marker))) }
            kill(getpid(), SIGKILL)
        }
        let report = try recover(folder)
        #expect(report.events == 50 && report.torn == 0 && !report.isUnclean)
        #expect(try adminRecords(folder).map(\.sequence) == Array(1...50))
        #expect(try AdminSpool.open(folder).lastEventID?.low == 49)
    }
}

extension Data {
    /// Stores the checksum of the administrative record at `start`.
    fileprivate mutating func seal(recordAt start: Int) {
        let marked = word(at: start)
        let content = Array(self[start + 12..<start + Int(marked & ~1)])
        let checksum = content.span.crc32c(seed: marked)
        for index in 0..<4 {
            self[start + 8 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index)))
        }
    }

    fileprivate func word(at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(self[offset + $1]) << (8 * UInt32($1)) }
    }
}
