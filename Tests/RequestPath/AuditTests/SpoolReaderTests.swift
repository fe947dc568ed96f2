// Reading while others change the folder: segments that are shipped and deleted under a reader,
// and files that are damaged, cost what was in them and nothing else.

import ClawgressAudit
import ClawgressModel
import Foundation
import Testing

@Suite("spool reader")
struct SpoolReaderTests {
    /// Fills several segments and leaves one exchange open in the first.
    private func written(_ boot: Boot, _ writer: TestWriter) throws -> SlotHandle {
        let open = try #require(writer.open(.sample(0)))
        for marker in 1..<900 {
            #expect(writer.exchange(UInt64(marker)))
            try boot.supply.prepare(now: 1)
        }
        return open
    }

    /// The markers of all events that are left for the reader.
    private func markers(_ reader: TestReader) throws -> [UInt64] {
        var markers: [UInt64] = []
        while let marker = try reader.nextMarker() { markers.append(marker) }
        return markers
    }

    @Test("goes on behind segments that were deleted while it read the one before them")
    func deletedAhead() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        let open = try written(boot, writer)
        let reader = TestReader(folder)
        #expect(try reader.nextMarker() == 1)
        let filled = folder.segments.filter { Self.isFilled($0) }
        try #require(filled.count > 3)
        for path in filled[1...2] { try FileManager.default.removeItem(atPath: path) }
        let rest = try markers(reader)
        #expect(rest == rest.sorted() && rest.first == 2 && rest.last == 899)
        #expect(rest.count < 898)
        writer.conclude(open)
        #expect(try markers(reader) == [0])
    }

    @Test("forgets an open exchange whose segment was deleted")
    func deletedBehind() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        let open = try written(boot, writer)
        let reader = TestReader(folder)
        #expect(try markers(reader).count == 899)
        let first = try #require(folder.segments.first { Self.isFilled($0) })
        writer.conclude(open)
        try FileManager.default.removeItem(atPath: first)
        #expect(try markers(TestReader(folder, from: reader.position)) == [])
    }

    @Test("passes over a file that is damaged, and reads those around it")
    func damaged() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        _ = try written(boot, boot.writer())
        let reader = TestReader(folder)
        #expect(try reader.nextMarker() == 1)
        let filled = folder.segments.filter { Self.isFilled($0) }
        try Data(repeating: 0x5A, count: 65_536).write(to: URL(fileURLWithPath: filled[1]))
        for reader in [reader, TestReader(folder)] {
            let markers = try markers(reader)
            #expect(markers.last == 899 && markers.count < 898 && markers == markers.sorted())
        }
    }

    @Test("puts a gap at the time of its last loss, and an event at the time of its head")
    func timestamps() throws {
        let folder = TemporaryFolder()
        let writer = try Boot(folder, bytesMax: 70_000).writer()
        var marker: UInt64 = 0
        while writer.exchange(marker) { marker += 1 }
        _ = writer.open(.sample(marker + 5))
        let records = try records(folder)
        #expect(records.first?.timestamp == SpoolIntent.sample(0).timestamp)
        #expect(records.last?.timestamp == SpoolIntent.sample(marker + 5).timestamp)
    }

    /// Whether a segment file has slots: its first slot's length is behind the header page.
    private static func isFilled(_ path: String) -> Bool {
        guard let content = FileManager.default.contents(atPath: path), content.count > 4_100
        else { return false }
        return content[4_096..<4_100].contains { $0 != 0 }
    }
}
