// Files that are read whole and replaced whole.

import ClawgressBytes
import Foundation
import Glibc
import Testing

@Suite("Whole files")
struct WholeFileTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "clawgress-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
    }

    @Test("reads what it wrote, and leaves no other file behind")
    func roundTrip() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/file"
        for content in [[UInt8](), Array("first".utf8), [UInt8](repeating: 7, count: 200_000)] {
            try WholeFile.replace(path, with: content)
            #expect(try WholeFile.read(path, bytesMax: 200_000) == content)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
    }

    @Test("gives the file the mode asked for, whatever the process' mask")
    func mode() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for mode: UInt32 in [0o600, 0o644] {
            try WholeFile.replace(folder + "/file", with: [1], mode: mode)
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/file")
            #expect((attributes[.posixPermissions] as? NSNumber)?.uint32Value == mode)
        }
    }

    @Test("replaces a symbolic link and not what it points to")
    func symbolicLink() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try WholeFile.replace(folder + "/target", with: [1])
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/link",
            withDestinationPath: folder + "/target"
        )
        try WholeFile.replace(folder + "/link", with: [2])
        #expect(try WholeFile.read(folder + "/target", bytesMax: 10) == [1])
        #expect(try WholeFile.read(folder + "/link", bytesMax: 10) == [2])
    }

    @Test(
        "reads regular files alone where it is told to, and waits for no pipe",
        .timeLimit(.minutes(5))
    )
    func regular() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (pipe, link, file) = (folder + "/pipe", folder + "/link", folder + "/file")
        #expect(mkfifo(pipe, 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: pipe)
        for path in [pipe, link, folder, "/dev/zero"] {
            let error = #expect(throws: FileError.self, "\(path)") {
                try WholeFile.readRegularIfPresent(path, bytesMax: 10)
            }
            #expect(error?.code == EINVAL && error?.path == path)
        }
        #expect(try WholeFile.readRegularIfPresent(file, bytesMax: 10) == nil)
        try WholeFile.replace(file, with: [1, 2])
        #expect(try WholeFile.readRegularIfPresent(file, bytesMax: 2) == [1, 2])
        #expect(throws: FileError(code: EFBIG, operation: "read", path: file)) {
            try WholeFile.readRegularIfPresent(file, bytesMax: 1)
        }
    }

    @Test("refuses a file that is longer than the limit")
    func limit() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try WholeFile.replace(folder + "/file", with: [1, 2, 3])
        #expect(throws: FileError(code: EFBIG, operation: "read", path: folder + "/file")) {
            try WholeFile.read(folder + "/file", bytesMax: 2)
        }
    }

    @Test("tells a missing file from a folder")
    func kinds() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try WholeFile.readIfPresent(folder + "/absent", bytesMax: 1) == nil)
        let error = #expect(throws: FileError.self) {
            try WholeFile.readIfPresent(folder, bytesMax: 1)
        }
        #expect(error?.isFolder == true && error?.isMissingFile == false)
    }

    @Test("replaces several files at once, names the one that it could not, and leaves nothing")
    func several() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (first, second, third) = (folder + "/1", folder + "/2", folder + "/3")
        try WholeFile.replaceAll([(first, [1]), (second, [2])], mode: 0o600)
        #expect(try WholeFile.read(first, bytesMax: 9) == [1])
        #expect(try WholeFile.read(second, bytesMax: 9) == [2])
        // A folder cannot be replaced by a file.
        try FileManager.default.createDirectory(
            atPath: third,
            withIntermediateDirectories: false
        )
        let error = #expect(throws: FileError.self) {
            try WholeFile.replaceAll([(third, [3]), (second, [4])])
        }
        #expect(error?.path == third)
        #expect(try WholeFile.read(second, bytesMax: 9) == [2])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["1", "2", "3"]
        )
    }

    @Test("gives a file another name over an old one, and removes one that need not be there")
    func names() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (first, second) = (folder + "/1", folder + "/2")
        try WholeFile.replaceAll([(first, [1]), (second, [2])])
        try WholeFile.move(first, to: second)
        #expect(try WholeFile.read(second, bytesMax: 9) == [1])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["2"])
        #expect(throws: FileError(code: ENOENT, operation: "rename", path: first)) {
            try WholeFile.move(first, to: second)
        }
        try WholeFile.remove(second)
        try WholeFile.remove(second)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    @Test("keeps the old file when the folder is gone")
    func missingFolder() {
        let error = #expect(throws: FileError.self) {
            try WholeFile.replace(folder + "/no/file", with: [1])
        }
        #expect(error?.isMissingFile == true && error?.path == folder + "/no/file")
        try? FileManager.default.removeItem(atPath: folder)
    }
}
