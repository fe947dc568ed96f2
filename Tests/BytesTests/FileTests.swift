// Mapped files and folders: what is stored is there for others, a full file is never sparse,
// and every failure has a number and a path.

import ClawgressBytes
import Foundation
import Testing

@Suite("Files and folders")
struct FileTests {
    /// Runs `body` with a fresh folder that is removed afterwards.
    private func withFolder(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "/clawgress-bytes-\(UUID().uuidString)"
        try Folder.create(path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    /// The error of a failing call.
    private func failure(_ body: () throws(FileError) -> Void) -> FileError? {
        do throws(FileError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test("a mapped file keeps what was stored, for another mapping too")
    func mapping() throws {
        try withFolder { folder in
            var file = try MappedFile.create(path: folder + "/a", length: 8_192)
            file.store(Array("hello".utf8).span, at: 8_187)
            file.store(littleEndian: UInt32(0x0102_0304), at: 0)
            file.publish(77, at: 4)
            let other = try MappedFile.open(path: folder + "/a", writable: false)
            let text = other.bytes.extracting(8_187..<8_192).string()
            let first = other.bytes.array()[0..<4]
            let published = other.observe(at: 4)
            let synchronised = file.synchronise(wait: true)
            let length = other.length
            #expect(text == "hello" && Array(first) == [4, 3, 2, 1] && published == 77)
            #expect(synchronised == 0 && length == 8_192)
        }
    }

    @Test("a mapped file is not made where one is, nor opened where none is")
    func mappingFailures() throws {
        try withFolder { folder in
            _ = try MappedFile.create(path: folder + "/a", length: 10)
            let again = failure { () throws(FileError) in
                _ = try MappedFile.create(path: folder + "/a", length: 10)
            }
            #expect(again?.code == EEXIST && again?.operation == "create")
            let missing = failure { () throws(FileError) in
                _ = try MappedFile.open(path: folder + "/b", writable: true)
            }
            #expect(missing?.isMissing == true && missing?.path == folder + "/b")
            #expect(missing?.description.contains("open `\(folder)/b`: ") == true)
            try Data().write(to: URL(fileURLWithPath: folder + "/empty"))
            let empty = failure { () throws(FileError) in
                _ = try MappedFile.open(path: folder + "/empty", writable: false)
            }
            #expect(empty?.code == EINVAL)
        }
    }

    @Test("a file too large for the disk is an error at once and leaves nothing behind")
    func tooLarge() throws {
        try withFolder { folder in
            let error = failure { () throws(FileError) in
                _ = try MappedFile.create(path: folder + "/huge", length: 1 << 50)
            }
            #expect(error?.operation == "fallocate")
            #expect([ENOSPC, EFBIG, EDQUOT].contains(error?.code ?? 0))
            #expect(Folder.length(ofFile: folder + "/huge") == nil)
        }
    }

    @Test("a folder is made once, for its owner, and lists its files")
    func folders() throws {
        try withFolder { folder in
            try Folder.create(folder)
            let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions]
            #expect(mode as? Int == 0o700)
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder + "/ü"))
            try Data().write(to: URL(fileURLWithPath: folder + "/.b"))
            #expect(try Folder.names(in: folder).sorted() == [".b", "ü"])
            #expect(Folder.length(ofFile: folder + "/ü") == 3)
            try Folder.synchronise(file: folder + "/ü")
            try Folder.remove(file: folder + "/ü")
            try Folder.remove(file: folder + "/ü")
            #expect(try Folder.names(in: folder) == [".b"])
            #expect(
                failure { () throws(FileError) in
                    try Folder.create(folder + "/none/deeper")
                }?.isMissing == true
            )
            #expect(
                failure { () throws(FileError) in
                    _ = try Folder.names(in: folder + "/none")
                }?.isMissing == true
            )
            #expect(
                failure { () throws(FileError) in
                    try Folder.synchronise(file: folder + "/none")
                }?.isMissing == true
            )
            #expect(failure { () throws(FileError) in try Folder.remove(file: folder) } != nil)
        }
    }

    @Test("a lock has one holder at a time")
    func locks() throws {
        try withFolder { folder in
            let path = folder + "/lock"
            func hold(_ body: () throws -> Void) throws {
                let lock = try FileLock(path: path)
                try body()
                withExtendedLifetime(lock) {}
            }
            try hold {
                let second = failure { () throws(FileError) in _ = try FileLock(path: path) }
                #expect(second?.isHeldElsewhere == true && second?.isDiskFull == false)
            }
            try hold {}
        }
    }

    @Test("a stamp changes when a file is replaced, and only then")
    func stamps() throws {
        try withFolder { folder in
            let path = folder + "/a"
            #expect(FileStamp(of: path) == nil)
            try Data([1]).write(to: URL(fileURLWithPath: path))
            let first = FileStamp(of: path)
            #expect(first != nil && FileStamp(of: path) == first)
            try Data([2]).write(to: URL(fileURLWithPath: folder + "/b"))
            #expect(rename(folder + "/b", path) == 0)
            #expect(FileStamp(of: path) != first)
        }
    }
}
