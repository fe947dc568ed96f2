// A file that is written by places: what a journal needs, whose bytes must be on the disk before
// anybody is told so.

import CLinux
import Glibc

/// A file that is open for reading and writing.
public struct OpenFile: ~Copyable, Sendable {
    private let descriptor: Int32
    /// Where it is.
    public let path: String

    /// Opens a file.
    ///
    /// - Parameter creating: whether to make it, for its owner only; it must not exist then.
    /// - Throws: `FileError`, with `EEXIST` if something is there that was to be made.
    public init(path: String, creating: Bool) throws(FileError) {
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (creating ? O_CREAT | O_EXCL : 0)
        descriptor = cl_open(path, flags, 0o600)
        self.path = path
        guard descriptor >= 0 else {
            throw FileError(
                code: cl_errno(),
                operation: creating ? "create" : "open",
                path: path
            )
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    private func failure(_ operation: String) -> FileError {
        FileError(code: cl_errno(), operation: operation, path: path)
    }

    /// The length in bytes.
    ///
    /// - Throws: `FileError`.
    public func length() throws(FileError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("stat") }
        return Int(status.st_size)
    }

    /// Whether its name still leads to it, and not to another file or to none.
    public var isInPlace: Bool {
        var (own, named) = (stat(), stat())
        guard fstat(descriptor, &own) == 0, stat(path, &named) == 0 else { return false }
        return own.st_ino == named.st_ino && own.st_dev == named.st_dev
    }

    /// By what the file is known among all of its disk.
    ///
    /// - Throws: `FileError`.
    public func inode() throws(FileError) -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("stat") }
        return UInt64(status.st_ino)
    }

    /// Says who may do what with it.
    ///
    /// - Throws: `FileError`.
    public func allow(mode: UInt32) throws(FileError) {
        guard fchmod(descriptor, mode) == 0 else { throw failure("chmod") }
    }

    /// Makes the file `length` bytes long, with blocks for all of them: a disk that is full
    /// says so now and not later.
    ///
    /// - Throws: `FileError`, with `ENOSPC` on a full disk.
    public func allocate(_ length: Int) throws(FileError) {
        let refusal = posix_fallocate(descriptor, 0, off_t(length))
        guard refusal == 0 else {
            throw FileError(code: refusal, operation: "fallocate", path: path)
        }
    }

    /// Writes all of `bytes` at `offset`.
    ///
    /// - Throws: `FileError`; a part may be written then.
    public func write(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(
                    descriptor,
                    $0.baseAddress?.advanced(by: written),
                    $0.count - written,
                    off_t(offset + written)
                )
            }
            if count < 0, cl_errno() == EINTR { continue }
            guard count >= 0 else { throw failure("write") }
            written += count
        }
    }

    /// The bytes from `offset` on, at most `count` of them; fewer where the file ends.
    ///
    /// - Throws: `FileError`.
    public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        var failed: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor,
                    buffer.baseAddress?.advanced(by: filled),
                    count - filled,
                    off_t(offset + filled)
                )
                if got < 0, cl_errno() == EINTR { continue }
                if got < 0 { failed = failure("read") }
                guard got > 0 else { return }
                filled += got
            }
        }
        if let failed { throw failed }
        return bytes
    }

    /// Cuts the file off behind `length` bytes.
    ///
    /// - Throws: `FileError`.
    public func truncate(to length: Int) throws(FileError) {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw failure("truncate") }
    }

    /// Waits until the bytes, and what is needed to find them again, are on the disk.
    ///
    /// - Throws: `FileError`; what was written since the last time may then be lost.
    public func synchronise() throws(FileError) {
        guard fdatasync(descriptor) == 0 else { throw failure("fdatasync") }
    }
}

extension Folder {
    /// Gives a file another name, also in another folder; what had that name is gone.
    ///
    /// - Throws: `FileError`. Until both folders are synchronised a crash may undo it.
    public static func move(file path: String, to other: String) throws(FileError) {
        guard rename(path, other) == 0 else {
            throw FileError(code: cl_errno(), operation: "rename", path: path)
        }
    }

    /// Waits until the names in a folder are on the disk.
    ///
    /// - Throws: `FileError`.
    public static func synchronise(folder path: String) throws(FileError) {
        let descriptor = cl_open(path, O_RDONLY | O_DIRECTORY, 0)
        guard descriptor >= 0 else {
            throw FileError(code: cl_errno(), operation: "open", path: path)
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw FileError(code: cl_errno(), operation: "fsync", path: path)
        }
    }

    /// Removes an empty folder; one that is gone, or holds something, is no error.
    ///
    /// - Throws: `FileError`.
    public static func removeIfEmpty(_ path: String) throws(FileError) {
        guard rmdir(path) == 0 || [ENOENT, ENOTEMPTY, EEXIST].contains(cl_errno()) else {
            throw FileError(code: cl_errno(), operation: "rmdir", path: path)
        }
    }
}
