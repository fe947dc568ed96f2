// Exchanges that outlive many segments move to newer ones, and still have one event each.

import ClawgressAudit
import ClawgressModel
import Foundation
import Testing

/// The first marker of the long exchanges: bytes that occur nowhere else in a segment.
private let long: UInt64 = 0x0001_A5C3_9600_0000

/// A spool in which `count` exchanges, opened in different segments, are open still.
private struct LongExchanges {
    let boot: Boot
    let writer: TestWriter
    private(set) var slots: [SlotHandle] = []
    private(set) var short: UInt64 = 0

    init(_ folder: TemporaryFolder, count: Int) throws {
        boot = try Boot(folder)
        writer = boot.writer()
        for index in 0..<count {
            slots.append(try #require(writer.open(.sample(long + UInt64(index)))))
            for _ in 0..<200 {
                #expect(writer.exchange(short))
                short += 1
            }
            try boot.supply.prepare(now: 1)
        }
    }
}

/// One place in a segment file where a request's slot begins.
private struct SlotPlace {
    let path: String
    let start: Int

    /// Every slot of a request, oldest segment first.
    ///
    /// The request's marker is 96 bytes into it.
    static func all(_ marker: UInt64, _ folder: TemporaryFolder) throws -> [SlotPlace] {
        let needle = withUnsafeBytes(of: marker.littleEndian) { Data($0) }
        return try folder.segments.compactMap { path in
            let content = try Data(contentsOf: URL(fileURLWithPath: path))
            return content.range(of: needle).map {
                SlotPlace(path: path, start: $0.lowerBound - 96)
            }
        }
    }

    /// The slot's state word, 4 bytes into it, in a segment that is not sealed yet: the header's
    /// word at 128.
    func setState(_ state: UInt8) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64(start + 4))
        try file.write(contentsOf: Data([state, 0, 0, 0]))
        try file.seek(toOffset: 128)
        try file.write(contentsOf: Data([0, 0, 0, 0]))
        try file.close()
    }
}

@Suite("moved slots")
struct MovedSlotTests {
    @Test("frees old segments under long exchanges, which end with one event each")
    func concludes() throws {
        let folder = TemporaryFolder()
        let exchanges = try LongExchanges(folder, count: 90)
        #expect(try SlotPlace.all(long, folder).count >= 2, "nothing was moved")
        for (index, slot) in exchanges.slots.enumerated() {
            exchanges.writer.conclude(slot, .sample(UInt64(index)))
        }
        let read = try events(folder)
        #expect(read.count == 90 + Int(exchanges.short))
        #expect(Set(read.map(\.marker)).count == read.count)
        let moved = read.filter { $0.marker >= long }
        #expect(moved.allSatisfy { $0.end.bytesOut == $0.marker - long })
        #expect(moved.map { $0.marker - long }.sorted() == Array(0..<90))
        #expect(Set(read.map(\.sequence)) == Set(1...UInt64(read.count)))
    }

    @Test("a reader that follows sees a moved exchange once")
    func follows() throws {
        let folder = TemporaryFolder()
        let reader = TestReader(folder)
        let exchanges = try LongExchanges(folder, count: 3)
        var seen: [UInt64] = []
        while let marker = try reader.nextMarker() { seen.append(marker) }
        #expect(seen == Array(0..<exchanges.short))
        var next = exchanges.short
        for index in 3..<75 {
            _ = exchanges.writer.open(.sample(long + UInt64(index)))
            for _ in 0..<200 {
                #expect(exchanges.writer.exchange(next))
                next += 1
            }
            try exchanges.boot.supply.prepare(now: 1)
        }
        for slot in exchanges.slots { exchanges.writer.conclude(slot) }
        while let marker = try reader.nextMarker() { seen.append(marker) }
        #expect(Set(seen) == Set(Array(0..<next) + [long, long + 1, long + 2]))
        #expect(seen.count == Set(seen).count)
    }

    @Test("closes moved exchanges once after a crash")
    func recovers() throws {
        let folder = TemporaryFolder()
        var short = 0
        do { short = Int(try LongExchanges(folder, count: 75).short) }
        let report = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
        #expect(report.orphans == 75 && report.events < short, "finished segments are passed over")
        #expect(try events(folder).count == 75 + short)
        let aborted = try events(folder).filter { $0.end.outcome == .aborted }
        #expect(aborted.map(\.marker).sorted() == (0..<75).map { long + $0 })
    }

    @Test(
        "closes an exchange once whose move a crash interrupted",
        arguments: [
            // State of the old slot, state of the new: before the move counts, and after.
            (UInt8(1), UInt8(4)), (UInt8(3), UInt8(4)), (UInt8(3), UInt8(1)),
        ]
    )
    func interrupted(old: UInt8, new: UInt8) throws {
        let folder = TemporaryFolder()
        do { _ = try LongExchanges(folder, count: 75) }
        let places = try SlotPlace.all(long, folder)
        try #require(places.count == 2)
        try places[0].setState(old)
        try places[1].setState(new)
        for _ in 0..<2 {
            _ = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
            #expect(try events(folder).count { $0.marker == long } == 1)
        }
        // Interrupted once more, after the old slot was closed and before the new was dropped.
        if old == 1 {
            try places[1].setState(4)
            _ = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
            #expect(try events(folder).count { $0.marker == long } == 1)
        }
    }
}
