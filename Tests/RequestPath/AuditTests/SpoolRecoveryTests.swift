// A gateway that dies at any moment leaves one event for each exchange, and no other damage.

import ClawgressAudit
import ClawgressModel
import Foundation
import Testing

private func recover(_ folder: TemporaryFolder) throws -> SpoolRecovery.Report {
    try SpoolRecovery.run(try SpoolFolder(path: folder.path))
}

@Suite("spool recovery")
struct SpoolRecoveryTests {
    @Test("closes what was open, with the dead start's next numbers, once")
    func orphans() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder, boot: 7, workers: 2)
            let first = boot.writer(0)
            let second = boot.writer(1)
            for marker in 0..<20 { #expect(first.exchange(UInt64(marker))) }
            for marker in 20..<25 { _ = first.open(.sample(UInt64(marker))) }
            _ = second.open(.sample(30, decision: .deny))
        }
        let report = try recover(folder)
        #expect(report.orphans == 6 && report.events == 26 && report.torn == 0)
        #expect(report.isUnclean)
        let read = try events(folder)
        #expect(read.map(\.marker) == Array(0..<25) + [30])
        #expect(read.filter { $0.worker == 0 }.map(\.sequence) == Array(1...25))
        let aborted = read.filter { $0.end.outcome == .aborted }
        #expect(aborted.map(\.marker) == Array(20..<25) + [30])
        #expect(aborted.allSatisfy { $0.bootID == BootID(high: 0xB007, low: 7) })
        #expect(read.last?.decision == .deny && read.last?.reason == .policyDenied)
        #expect(read.last?.sequence == 1)
        let again = try recover(folder)
        #expect(again.orphans == 0 && again.events == 0 && !again.isUnclean)
        #expect(again.segments == 2, "segments that were recovered are known, not looked through")
        #expect(try events(folder) == read)
    }

    @Test("never reuses a number that was given in a segment deleted since")
    func deletedSegment() throws {
        let folder = TemporaryFolder()
        var last: UInt64 = 0
        do {
            let owned = try SpoolFolder(path: folder.path)
            let supply = try SegmentSupply(
                folder: owned,
                settings: SpoolSettings(
                    gatewayID: "gw-1",
                    bootID: BootID(high: 1, low: 1),
                    workers: 1,
                    segmentBytes: 65_536
                ),
                now: 1,
                onShortage: {}
            )
            try supply.prepare(now: 1)
            let writer = TestWriter(supply, 0)
            let early = try #require(writer.open(.sample(0)))
            var orphan: SlotHandle?
            for marker in 1..<300 {
                #expect(writer.exchange(UInt64(marker)))
                try supply.prepare(now: 1)
                if marker == 290 { orphan = writer.open(.sample(1_000)) }
            }
            #expect(orphan != nil)
            // The last number goes into the oldest segment, which is then shipped and deleted.
            writer.conclude(early)
            last = writer.lastSequence
            #expect(try owned.acknowledge(folder.segmentNumbers).count >= 1)
            #expect(try events(folder).allSatisfy { $0.sequence < last })
        }
        #expect(try recover(folder).orphans == 1)
        let closed = try events(folder).first { $0.marker == 1_000 }
        #expect(closed?.sequence == last + 1)
    }

    @Test("gives numbers also where the word for the last one is damaged")
    func damagedSequence() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            for marker in 0..<2 { #expect(writer.exchange(UInt64(marker))) }
            _ = writer.open(.sample(2))
        }
        for path in folder.segments {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes.replaceSubrange(176..<184, with: [UInt8](repeating: 0xFF, count: 8))
            try bytes.write(to: URL(fileURLWithPath: path))
        }
        #expect(try recover(folder).orphans == 1)
        #expect(try events(folder).map(\.sequence) == [1, 2, 3])
        #expect(try recover(folder).orphans == 0)
    }

    @Test("makes sense of every length that a crash can cut a segment to")
    func everyTruncation() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            for marker in 0..<3 { #expect(writer.exchange(UInt64(marker))) }
            _ = writer.open(.sample(3))
        }
        // Behind the reserved header page; the others were never used.
        let path = folder.segments[1]
        for other in folder.segments where other != path {
            try FileManager.default.removeItem(atPath: other)
        }
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let used = try #require(whole.lastIndex { $0 != 0 }) + 8
        var counts: Set<Int> = []
        // Every byte of the header that has a meaning, and every byte behind it.
        for length in Array(0...256) + [4_095] + Array(4_096...used) {
            // The rest of the pages never reached the disk: zeros, or nothing at all.
            for rest in [0, 65_536 - length] {
                try (whole.prefix(length) + Data(count: rest)).write(to: URL(fileURLWithPath: path))
                let report = try recover(folder)
                let read = try events(folder)
                #expect(read.count == report.events, "cut at \(length)")
                #expect(read.map(\.marker) == Array(0..<UInt64(read.count)), "cut at \(length)")
                #expect(try recover(folder).orphans == 0)
                counts.insert(read.count)
                if report.malformed.isEmpty, length < 4_096 { #expect(read.isEmpty) }
            }
        }
        #expect(counts == [0, 1, 2, 3, 4])
    }

    @Test("finds a damaged byte anywhere in a record, and keeps the records before it")
    func everyByte() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            for marker in 0..<3 { #expect(writer.exchange(UInt64(marker))) }
        }
        let expected = try events(folder)
        let path = folder.segments[1]
        for other in folder.segments where other != path {
            try FileManager.default.removeItem(atPath: other)
        }
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let slot = (try #require(whole.lastIndex { $0 != 0 }) - 4_095 + 7) / 3
        for offset in 4_096 + slot..<4_096 + 2 * slot - 8 {
            var damaged = whole
            damaged[offset] ^= 0x10
            try damaged.write(to: URL(fileURLWithPath: path))
            let before = try events(folder)
            #expect(before.first == expected.first)
            #expect(before.allSatisfy { expected.contains($0) }, "byte \(offset) went unnoticed")
            let report = try recover(folder)
            let after = try events(folder)
            // Either the slot is gone with what follows, or it is there again as aborted.
            #expect(after.first == expected.first)
            #expect(report.torn == 1 ? after.count == 1 : after.count == 3, "byte \(offset)")
        }
    }

    @Test("reports files that are no segments and leaves them alone")
    func malformed() throws {
        let folder = TemporaryFolder()
        let names = ["0000000000000001", "0000000000000002", "0000000000000003"]
        let contents = [Data(), Data("no segment".utf8), Data(repeating: 0xFF, count: 9_000)]
        for (name, content) in zip(names, contents) {
            try content.write(to: URL(fileURLWithPath: folder.path + "/\(name).segment"))
        }
        try Data([1]).write(to: URL(fileURLWithPath: folder.path + "/notes.txt"))
        let report = try recover(folder)
        #expect(report.malformed.count == 3 && report.segments == 0)
        #expect(folder.segments.count == 3)
        #expect(try events(folder).isEmpty)
        let boot = try Boot(folder)
        let writer = boot.writer()
        #expect(writer.exchange(1))
        #expect(try events(folder).count == 1)
    }

    @Test("closes the exchanges of a process that was really killed")
    func killedProcess() async throws {
        let folder = TemporaryFolder()
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let owned = try SpoolFolder(path: path)
            let supply = try SegmentSupply(
                folder: owned,
                settings: SpoolSettings(
                    gatewayID: "gw-1",
                    bootID: BootID(high: 5, low: 5),
                    workers: 1
                ),
                now: 1,
                onShortage: {}
            )
            try supply.prepare(now: 1)
            let writer = TestWriter(supply, 0)
            for marker in 0..<50 { _ = writer.exchange(UInt64(marker)) }
            for marker in 50..<60 { _ = writer.open(.sample(UInt64(marker))) }
            kill(getpid(), SIGKILL)
        }
        let report = try recover(folder)
        #expect(report.orphans == 10 && report.events == 60)
        let read = try events(folder)
        #expect(read.map(\.marker) == Array(0..<60))
        #expect(read.map(\.sequence) == Array(1...60))
        #expect(read.count { $0.end.outcome == .aborted } == 10)
    }
}
