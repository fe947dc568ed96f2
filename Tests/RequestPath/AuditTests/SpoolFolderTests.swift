// Who may use a folder, and what may be deleted from it.

import ClawgressAudit
import Foundation
import Testing

@Suite("spool folder")
struct SpoolFolderTests {
    @Test("refuses a second owner, and only while the first lives")
    func oneOwner() throws {
        let folder = TemporaryFolder()
        do {
            let first = try SpoolFolder(path: folder.path)
            #expect(throws: SpoolError.owned(folder: folder.path)) {
                _ = try SpoolFolder(path: folder.path)
            }
            #expect(first.path == folder.path)
        }
        _ = try SpoolFolder(path: folder.path)
    }

    @Test("says in words that the folder is in use")
    func message() {
        let error = SpoolError.owned(folder: "/var/spool")
        #expect(error.description == "the spool folder `/var/spool` is in use by another process")
        #expect(!error.isSpaceUsedUp)
        #expect(SpoolError.full(bytesMax: 5).isSpaceUsedUp)
    }

    @Test("says which folder cannot be made")
    func impossibleFolder() {
        #expect(throws: SpoolError.self) { _ = try SpoolFolder(path: "/proc/none/spool") }
    }

    @Test("brings segments to the disk, also those that are finished or gone")
    func ofAnyKind() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        #expect(boot.writer().exchange(1))
        try boot.folder.synchronise(folder.segmentNumbers + [99])
        try boot.supply.prepare(now: 1)
        try boot.folder.synchronise(folder.segmentNumbers)
    }

    @Test("deletes acknowledged segments and none in which something is open")
    func acknowledge() throws {
        let folder = TemporaryFolder()
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
        let open = try #require(writer.open(.sample(0)))
        for marker in 1..<700 {
            #expect(writer.exchange(UInt64(marker)))
            try supply.prepare(now: 1)
        }
        let before = folder.segments.count
        let removed = try owned.acknowledge(folder.segmentNumbers)
        #expect(removed.count >= 2)
        #expect(folder.segments.count == before - removed.count)
        // The first segment with slots holds the open exchange; the newest is in use.
        writer.conclude(open)
        #expect(try events(folder).map(\.marker).first == 0)
        let more = try owned.acknowledge(folder.segmentNumbers)
        #expect(more.count == 1)
        #expect(try events(folder).allSatisfy { $0.marker > 0 })
        #expect(try owned.acknowledge(folder.segmentNumbers).isEmpty)
    }

    @Test("brings changes to the disk, also of segments that were deleted meanwhile")
    func synchronise() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        #expect(writer.exchange(1))
        try boot.supply.synchronise()
        for path in folder.segments { try FileManager.default.removeItem(atPath: path) }
        try boot.supply.synchronise()
        #expect(writer.exchange(2))
    }

    @Test("leaves no file behind for segments that were never used")
    func blank() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder, workers: 2)
            let writer = boot.writer()
            #expect(writer.exchange(1))
        }
        #expect(folder.segments.count >= 4)
        let report = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
        #expect(report.blank >= 3)
        #expect(!report.isUnclean)
        #expect(folder.segments.count == 1)
        #expect(try events(folder).count == 1)
    }
}
