// The word in a finished segment's header that says which number was the last: it spares a long
// spool a long start, and must not be believed once it is damaged.

import ClawgressAudit
import ClawgressBytes
import ClawgressModel
import Foundation
import Testing

@Suite("the last sequence number of a finished segment")
struct SpoolSequenceTests {
    private static let word = 176

    /// A folder with a finished segment of five events, and an open exchange in another one.
    private func folderWithOneOpen() throws -> (folder: TemporaryFolder, finished: String) {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let first = boot.writer()
            for marker in 1...5 { #expect(first.exchange(UInt64(marker))) }
        }
        // What the first start left becomes a finished segment; the same boot goes on behind it.
        _ = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
        let finished = try #require(folder.segments.first)
        do {
            let boot = try Boot(folder)
            _ = boot.writer().open(.sample(6))
        }
        return (folder, finished)
    }

    private func change(_ path: String, _ edit: (inout Data) -> Void) throws {
        var segment = try Data(contentsOf: URL(fileURLWithPath: path))
        edit(&segment)
        try segment.write(to: URL(fileURLWithPath: path))
    }

    private func numbers(_ folder: TemporaryFolder) throws -> [UInt64] {
        _ = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
        return try events(folder).map(\.sequence)
    }

    @Test("is gone on from where it is sound")
    func sound() throws {
        let (folder, finished) = try folderWithOneOpen()
        let segment = try Data(contentsOf: URL(fileURLWithPath: finished))
        #expect(segment[128] == 2 && segment[Self.word] == 5)
        #expect(try numbers(folder) == [1, 2, 3, 4, 5, 6])
    }

    @Test(
        "is looked up in the slots where it is damaged, down or up beyond what is believed",
        arguments: [(0, 0), (0, 4), (7, 0xFF)] as [(Int, UInt8)]
    )
    func damaged(byte: Int, value: UInt8) throws {
        let (folder, finished) = try folderWithOneOpen()
        try change(finished) { $0[Self.word + byte] = value }
        #expect(try numbers(folder) == [1, 2, 3, 4, 5, 6])
    }

    @Test("is looked up, too, in segments that know no checksum of it")
    func older() throws {
        let (folder, finished) = try folderWithOneOpen()
        try change(finished) { segment in
            segment[8] = 2
            segment.replaceSubrange(Self.word..<Self.word + 8, with: Data(count: 8))
            segment.replaceSubrange(184..<188, with: Data(count: 4))
            let checksum = Array(segment[..<124]).span.crc32c()
            segment.replaceSubrange(
                124..<128,
                with: (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) }
            )
        }
        #expect(try numbers(folder) == [1, 2, 3, 4, 5, 6])
    }
}
