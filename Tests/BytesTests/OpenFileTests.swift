// Files that journals write by places, and what folders say of files: names, modes, room, and the
// failures that callers tell apart.

import ClawgressBytes
import Foundation
import Testing

@Suite("Files by places")
struct OpenFileTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "clawgress-" + UUID().uuidString
        try Folder.create(folder)
    }

    private func withFolder(_ body: () throws -> Void) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body()
    }

    private func failure(_ body: () throws(FileError) -> Void) -> FileError? {
        do throws(FileError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test("reads what was written where, and no further than the file goes")
    func places() throws {
        try withFolder {
            let file = try OpenFile(path: folder + "/file", creating: true)
            try file.write([1, 2, 3, 4, 5][1...], at: 0)
            try file.write([9], at: 6)
            #expect(try file.length() == 7)
            #expect(try file.read(at: 0, count: 100) == [2, 3, 4, 5, 0, 0, 9])
            #expect(try file.read(at: 2, count: 2) == [4, 5])
            #expect(try file.read(at: 7, count: 1).isEmpty)
            try file.truncate(to: 3)
            try file.synchronise()
            #expect(try file.read(at: 0, count: 100) == [2, 3, 4])
            let again = try OpenFile(path: folder + "/file", creating: false)
            #expect(try again.read(at: 0, count: 100) == [2, 3, 4])
            #expect(try again.inode() == file.inode())
        }
    }

    @Test("makes a file for its owner, for others when told so, and not over one that is there")
    func creating() throws {
        try withFolder {
            let path = folder + "/file"
            let missing = failure { () throws(FileError) in
                _ = try OpenFile(path: path, creating: false)
            }
            #expect(missing == FileError(code: ENOENT, operation: "open", path: path))
            #expect(missing?.isMissing == true)
            let file = try OpenFile(path: path, creating: true)
            #expect(try Folder.isPrivate(file: path))
            try file.allow(mode: 0o644)
            #expect(try !Folder.isPrivate(file: path))
            let taken = failure { () throws(FileError) in
                _ = try OpenFile(path: path, creating: true)
            }
            #expect(taken == FileError(code: EEXIST, operation: "create", path: path))
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/link",
                withDestinationPath: path
            )
            let link = failure { () throws(FileError) in
                _ = try OpenFile(path: folder + "/link", creating: false)
            }
            #expect(link?.code == ELOOP)
        }
    }

    @Test("takes its blocks at once, or says that the disk is full")
    func allocating() throws {
        try withFolder {
            let path = folder + "/file"
            let file = try OpenFile(path: path, creating: true)
            try file.allocate(100_000)
            #expect(Folder.length(ofFile: path) == 100_000)
            #expect(try file.read(at: 99_999, count: 2) == [0])
            let full = failure { () throws(FileError) in try file.allocate(1 << 61) }
            #expect(full?.operation == "fallocate")
            #expect(full?.path == path)
        }
    }

    @Test("knows whether its name leads to it")
    func isInPlace() throws {
        try withFolder {
            let path = folder + "/file"
            let file = try OpenFile(path: path, creating: true)
            var seen = [file.isInPlace]
            try Folder.move(file: path, to: folder + "/other")
            seen.append(file.isInPlace)
            _ = try OpenFile(path: path, creating: true)
            seen.append(file.isInPlace)
            try Folder.move(file: folder + "/other", to: path)
            seen.append(file.isInPlace)
            #expect(seen == [true, false, false, true])
            try Folder.synchronise(folder: folder)
            let missing = failure { () throws(FileError) in
                try Folder.move(file: folder + "/none", to: path)
            }
            #expect(missing?.operation == "rename")
        }
    }

    @Test("makes private files once, and brings them to the disk")
    func privateFiles() throws {
        try withFolder {
            let path = folder + "/file"
            try Folder.createPrivate(file: path)
            #expect(try Folder.isPrivate(file: path))
            #expect(Folder.length(ofFile: path) == 0)
            try Folder.synchronise(file: path)
            let taken = failure { () throws(FileError) in try Folder.createPrivate(file: path) }
            #expect(taken?.code == EEXIST)
            try Folder.remove(file: path)
            for operation in ["open", "stat"] {
                let missing = failure { () throws(FileError) in
                    if operation == "open" {
                        try Folder.synchronise(file: path)
                    } else {
                        _ = try Folder.isPrivate(file: path)
                    }
                }
                #expect(missing == FileError(code: ENOENT, operation: operation, path: path))
            }
        }
    }

    @Test("removes a folder that is empty, and leaves one that is not")
    func removing() throws {
        try withFolder {
            let inner = folder + "/inner"
            try Folder.create(inner)
            try Folder.createPrivate(file: inner + "/file")
            try Folder.removeIfEmpty(inner)
            #expect(FileManager.default.fileExists(atPath: inner))
            try Folder.remove(file: inner + "/file")
            try Folder.removeIfEmpty(inner)
            #expect(!FileManager.default.fileExists(atPath: inner))
            try Folder.removeIfEmpty(inner)
            try Folder.createPrivate(file: folder + "/file")
            let none = failure { () throws(FileError) in
                try Folder.removeIfEmpty(folder + "/file")
            }
            #expect(none == FileError(code: ENOTDIR, operation: "rmdir", path: folder + "/file"))
            let missing = failure { () throws(FileError) in
                try Folder.synchronise(folder: inner)
            }
            #expect(missing?.isMissingFile == true)
        }
    }

    @Test("says how much room there is, and how many files and processors there may be")
    func limits() throws {
        try withFolder {
            let space = try Folder.space(at: folder)
            #expect(space.total > 0)
            #expect((0...space.total).contains(space.free))
            let missing = failure { () throws(FileError) in
                _ = try Folder.space(at: folder + "/none")
            }
            #expect(missing?.operation == "statvfs")
            #expect(ProcessLimits.raiseOpenFiles(bound: 1 << 20) >= 64)
            #expect(ProcessLimits.processors() >= 1)
        }
    }

    @Test("tells the failures apart that are answers")
    func kinds() {
        func error(_ code: Int32) -> FileError {
            FileError(code: code, operation: "read", path: "/path")
        }
        #expect(error(ENOENT).isMissingFile)
        #expect(error(ENOTDIR).isMissingFile)
        #expect(!error(ENOTDIR).isMissing)
        #expect(!error(EACCES).isMissingFile)
        #expect(error(EISDIR).isFolder)
        #expect(!error(ENOENT).isFolder)
        for code in [EMFILE, ENFILE] { #expect(error(code).isOutOfFiles) }
        #expect(!error(EAGAIN).isOutOfFiles)
        #expect(FileError.full("/path").isDiskFull)
        #expect(error(EDQUOT).isDiskFull)
        #expect(!error(EPERM).isExposedFile)
    }

    @Test("reads a secret only where nobody else may")
    func secrets() throws {
        try withFolder {
            let path = folder + "/secret"
            try WholeFile.replace(path, with: [1, 2, 3], mode: 0o600)
            #expect(try WholeFile.readPrivate(path, bytesMax: 3) == [1, 2, 3])
            try WholeFile.replace(path, with: [1, 2, 3], mode: 0o640)
            let exposed = failure { () throws(FileError) in
                _ = try WholeFile.readPrivate(path, bytesMax: 3)
            }
            #expect(exposed?.isExposedFile == true)
            let missing = failure { () throws(FileError) in
                _ = try WholeFile.readPrivate(folder + "/none", bytesMax: 3)
            }
            #expect(missing?.isMissingFile == true)
        }
    }
}
