// A start that was cut off is found out by the next one, also where the segments tell nothing.

import ClawgressAudit
import Foundation
import Testing

@Suite("Boot notes")
struct BootNoteTests {
    private static let first = BootID(high: 1, low: 0xF00D)
    private static let second = BootID(high: .max, low: 2)

    @Test("tell of a start that did not come to its end, once")
    func cutOff() throws {
        let folder = TemporaryFolder()
        let owned = try SpoolFolder(path: folder.path)
        #expect(try BootNote(folder: owned, bootID: Self.first).begin() == nil)
        let next = BootNote(folder: owned, bootID: Self.second)
        #expect(try next.begin() == Self.first)
        try next.end()
        #expect(try BootNote(folder: owned, bootID: Self.first).begin() == nil)
    }

    @Test(
        "claim nothing from a file that is none of theirs",
        arguments: [
            "", "x running", "00 running\n", String(repeating: "g", count: 32) + " running",
        ]
    )
    func nonsense(content: String) throws {
        let folder = TemporaryFolder()
        let owned = try SpoolFolder(path: folder.path)
        try Data(content.utf8).write(to: URL(fileURLWithPath: folder.path + "/boot"))
        #expect(try BootNote(folder: owned, bootID: Self.first).begin() == nil)
        #expect(try BootNote(folder: owned, bootID: Self.second).begin() == Self.first)
    }

    @Test("say what is wrong with a folder that cannot be written, and keep the note before")
    func unwritable() throws {
        let folder = TemporaryFolder()
        let owned = try SpoolFolder(path: folder.path)
        let path = folder.path + "/boot"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(throws: SpoolError.self) {
            _ = try BootNote(folder: owned, bootID: Self.first).begin()
        }
        #expect(throws: SpoolError.self) { try BootNote(folder: owned, bootID: Self.first).end() }
    }
}
