// What is lost is counted, to the last event, whatever happens to the process.

import ClawgressAudit
import ClawgressModel
import Foundation
import Glibc
import Testing

/// Opens and concludes until nothing fits any more; returns how many did.
private func fill(_ writer: TestWriter, from marker: UInt64 = 0) -> UInt64 {
    var next = marker
    while writer.exchange(next) { next += 1 }
    return next - marker
}

/// Whether this process may make a small disk of its own to fill.
private let canMount: Bool = {
    guard geteuid() == 0 else { return false }
    let folder = TemporaryFolder()
    guard mount("tmpfs", folder.path, "tmpfs", 0, "size=64k") == 0 else { return false }
    return umount2(folder.path, Int32(MNT_DETACH)) == 0
}()

@Suite("spool gaps")
struct SpoolGapTests {
    @Test("counts every event that finds no room, by decision")
    func counts() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder, bytesMax: 140_000)
        let writer = boot.writer()
        let recorded = fill(writer)
        #expect(throws: SpoolError.full(bytesMax: 140_000)) { try boot.supply.prepare(now: 1) }
        for marker in 0..<30 {
            let decision = Decision.allCases[marker % 3]
            #expect(writer.open(.sample(5_000 + UInt64(marker), decision: decision)) == nil)
        }
        let gap = try #require(try gaps(folder).first)
        #expect(try gaps(folder).count == 1)
        #expect(writer.lostCount == 31)
        // One more allowed event was lost by the exchange that ended the filling.
        #expect([gap.allow, gap.deny, gap.rateLimit] == [11, 10, 10])
        #expect(gap.last == SpoolIntent.sample(5_029).timestamp)
        #expect(gap.first == SpoolIntent.sample(recorded).timestamp)
        #expect(gap.gatewayID == "gw-1" && gap.worker == 0)
        #expect(try events(folder).count == Int(recorded))
    }

    @Test("says why the first of a segment was lost")
    func reasons() throws {
        let slow = TemporaryFolder()
        let fast = try Boot(slow).writer()
        _ = fill(fast)
        #expect(try gaps(slow).map(\.reason) == [.notReady])
        let bounded = TemporaryFolder()
        let boot = try Boot(bounded, bytesMax: 140_000)
        let writer = boot.writer()
        #expect(writer.exchange(1))
        #expect(throws: SpoolError.full(bytesMax: 140_000)) { try boot.supply.prepare(now: 1) }
        _ = fill(writer, from: 2)
        #expect(try gaps(bounded).map(\.reason) == [.bytesMax])
    }

    @Test("adds up damaged counts without a trap")
    func damagedCounts() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            #expect(boot.writer().exchange(1))
        }
        let path = try #require(folder.segments.last)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes.replaceSubrange(136..<144, with: [UInt8](repeating: 0xFF, count: 8))
        bytes.replaceSubrange(144..<152, with: [5] + [UInt8](repeating: 0, count: 7))
        try bytes.write(to: URL(fileURLWithPath: path))
        let gap = try #require(try gaps(folder).first)
        #expect(gap.deny == 5 && gap.total == .max)
    }

    @Test("counts a request that is refused for want of a record as denied")
    func refuse() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder, bytesMax: 70_000)
        let writer = boot.writer()
        _ = fill(writer)
        #expect(writer.open(.sample(9_000), onFailure: .refuse) == nil)
        let gap = try #require(try gaps(folder).first)
        #expect(gap.allow == 1 && gap.deny == 1)
    }

    @Test("records again as soon as there is room, and keeps the count")
    func resumes() throws {
        let folder = TemporaryFolder()
        let owned = try SpoolFolder(path: folder.path)
        let supply = try SegmentSupply(
            folder: owned,
            settings: SpoolSettings(
                gatewayID: "gw-1",
                bootID: BootID(high: 1, low: 1),
                workers: 1,
                segmentBytes: 65_536,
                bytesMax: 200_000
            ),
            now: 1,
            onShortage: {}
        )
        func refill() { try? supply.prepare(now: 1) }
        refill()
        let writer = TestWriter(supply, 0)
        var expected: UInt64 = 0
        var lost: UInt64 = 0
        var shipped: UInt64 = 0
        for marker in 0..<5_000 {
            if writer.exchange(UInt64(marker)) { expected += 1 } else { lost += 1 }
            if marker % 1_000 == 999 {
                shipped += UInt64(try events(folder).count)
                let before = try gaps(folder).reduce(0) { $0 + $1.total }
                try owned.acknowledge(folder.segmentNumbers)
                let after = try gaps(folder).reduce(0) { $0 + $1.total }
                shipped -= UInt64(try events(folder).count)
                lost -= before - after
            }
            refill()
        }
        #expect(lost > 0 && expected > 1_000 && lost + expected <= 5_000)
        #expect(UInt64(try events(folder).count) + shipped == expected)
        #expect(try gaps(folder).reduce(0) { $0 + $1.total } == lost)
    }

    @Test("has counted everything when the process dies, and recovery keeps it")
    func survivesKill() throws {
        let folder = TemporaryFolder()
        var recorded: UInt64 = 0
        do {
            let boot = try Boot(folder, bytesMax: 140_000)
            let writer = boot.writer()
            recorded = fill(writer)
            for marker in 0..<100 { #expect(!writer.exchange(10_000 + UInt64(marker))) }
        }
        for boot in 2..<5 {
            _ = try Boot(folder, boot: UInt64(boot), bytesMax: 140_000)
            #expect(try gaps(folder).map(\.allow) == [101])
            #expect(try events(folder).count == Int(recorded))
        }
    }

    @Test("counts in the reserved header when not even the first segment fits")
    func reserveOnly() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder, workers: 2, bytesMax: 20_000)
            let writer = boot.writer(1)
            for marker in 0..<7 { #expect(!writer.exchange(UInt64(marker))) }
        }
        _ = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
        let gap = try #require(try gaps(folder).first)
        #expect(gap.allow == 7 && gap.worker == 1)
        #expect(gap.first == SpoolIntent.sample(0).timestamp)
    }

    @Test("reports only what was lost since the last look when following")
    func follow() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder, bytesMax: 70_000)
        let writer = boot.writer()
        _ = fill(writer)
        let reader = TestReader(folder)
        var total: UInt64 = 0
        for round in 1...5 {
            while let record = try reader.next() {
                if case .gap(let gap) = record { total += gap.total }
            }
            #expect(total == UInt64(round))
            #expect(!writer.exchange(7))
        }
    }

    @Test(
        "meets a really full disk with an error and a count, never a fault",
        .enabled(if: canMount, "mounting is not permitted")
    )
    func fullDisk() throws {
        let folder = TemporaryFolder()
        try #require(mount("tmpfs", folder.path, "tmpfs", 0, "size=300k") == 0)
        defer { umount2(folder.path, Int32(MNT_DETACH)) }
        let boot = try Boot(folder)
        let writer = boot.writer()
        var recorded: UInt64 = 0
        var lost: UInt64 = 0
        var failures = 0
        for marker in 0..<3_000 {
            if writer.exchange(UInt64(marker)) { recorded += 1 } else { lost += 1 }
            do {
                try boot.supply.prepare(now: 1)
            } catch {
                #expect(error.isSpaceUsedUp)
                failures += 1
            }
        }
        #expect(recorded > 300 && lost > 300 && failures > 300)
        #expect(try events(folder).count == Int(recorded))
        #expect(try gaps(folder).reduce(0) { $0 + $1.total } == lost)
        #expect(try gaps(folder).contains { $0.reason == .diskFull })
    }

    @Test(
        "counts in memory while the disk is too full for a header, and writes it down later",
        .enabled(if: canMount, "mounting is not permitted")
    )
    func noHeader() throws {
        let folder = TemporaryFolder()
        try #require(mount("tmpfs", folder.path, "tmpfs", 0, "size=256k") == 0)
        defer { umount2(folder.path, Int32(MNT_DETACH)) }
        let ballast = folder.path + "/ballast"
        let descriptor = open(ballast, O_WRONLY | O_CREAT, 0o600)
        var chunk = [UInt8](repeating: 1, count: 4_096)
        while write(descriptor, &chunk, chunk.count) > 0 {}
        close(descriptor)
        let boot = try Boot(folder)
        let writer = boot.writer()
        for marker in 0..<9 { #expect(!writer.exchange(UInt64(marker))) }
        #expect(folder.segments.isEmpty)
        #expect(unlink(ballast) == 0)
        try boot.supply.prepare(now: 1)
        #expect(writer.exchange(100))
        #expect(try gaps(folder).map(\.allow) == [9])
        #expect(try events(folder).map(\.marker) == [100])
    }
}
