// Folders and whole files by name, for the modules above that must not make system calls.

import CLinux
import Glibc

/// What is done with folders and with files that are not open.
public enum Folder {
    /// Creates a folder that only its owner may enter; an existing one is left as it is.
    ///
    /// - Throws: `FileError`; parents are not created.
    public static func create(_ path: String) throws(FileError) {
        guard mkdir(path, 0o700) == 0 || cl_errno() == EEXIST else {
            throw FileError(code: cl_errno(), operation: "mkdir", path: path)
        }
    }

    /// The names of a folder's entries, without `.` and `..`, in no particular order.
    ///
    /// - Throws: `FileError`.
    public static func names(in path: String) throws(FileError) -> [String] {
        guard let stream = opendir(path) else {
            throw FileError(code: cl_errno(), operation: "opendir", path: path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The length of a file in bytes; nil if there is none.
    public static func length(ofFile path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Deletes a file; one that is gone already is no error.
    ///
    /// - Throws: `FileError`.
    public static func remove(file path: String) throws(FileError) {
        guard unlink(path) == 0 || cl_errno() == ENOENT else {
            throw FileError(code: cl_errno(), operation: "unlink", path: path)
        }
    }

    /// Makes an empty file that only its owner may read and write.
    ///
    /// - Throws: `FileError`, with `EEXIST` if something is there.
    public static func createPrivate(file path: String) throws(FileError) {
        let descriptor = cl_open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else {
            throw FileError(code: cl_errno(), operation: "create", path: path)
        }
        close(descriptor)
    }

    /// Whether nobody but its owner may read or write a file.
    ///
    /// - Throws: `FileError`.
    public static func isPrivate(file path: String) throws(FileError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw FileError(code: cl_errno(), operation: "stat", path: path)
        }
        return status.st_mode & 0o077 == 0
    }

    /// How much room the disk has on which a folder is.
    ///
    /// - Throws: `FileError`.
    public static func space(at path: String) throws(FileError) -> DiskSpace {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            throw FileError(code: cl_errno(), operation: "statvfs", path: path)
        }
        let block = Int(status.f_frsize)
        return DiskSpace(
            free: Int(status.f_bavail) * block,
            total: Int(status.f_blocks) * block
        )
    }

    /// Waits until a file's bytes, also those stored through mappings, are on the disk.
    ///
    /// - Throws: `FileError`.
    public static func synchronise(file path: String) throws(FileError) {
        let descriptor = cl_open(path, O_RDONLY, 0)
        guard descriptor >= 0 else {
            throw FileError(code: cl_errno(), operation: "open", path: path)
        }
        defer { close(descriptor) }
        guard fdatasync(descriptor) == 0 else {
            throw FileError(code: cl_errno(), operation: "fdatasync", path: path)
        }
    }
}

/// The room on a disk, in bytes.
public struct DiskSpace: Sendable, Equatable {
    /// What an unprivileged process may still write.
    public let free: Int
    /// All there is.
    public let total: Int

    /// Describes a disk.
    public init(free: Int, total: Int) {
        self.free = free
        self.total = total
    }
}

/// A lock on a file that lasts as long as this value, and no longer than the process.
public struct FileLock: ~Copyable, Sendable {
    private let descriptor: Int32

    /// Takes the lock, creating the file if need be.
    ///
    /// - Throws: `FileError`; `EWOULDBLOCK` if another holder has it.
    public init(path: String) throws(FileError) {
        let opened = cl_open(path, O_RDWR | O_CREAT, 0o600)
        guard opened >= 0 else {
            throw FileError(code: cl_errno(), operation: "open", path: path)
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = cl_errno()
            close(opened)
            throw FileError(code: code, operation: "flock", path: path)
        }
        descriptor = opened
    }

    deinit {
        // Explicitly, because a child process between fork and exec still has the descriptor.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}

extension FileError {
    /// Whether a lock is held by someone else.
    public var isHeldElsewhere: Bool { code == EWOULDBLOCK }
    /// Whether the disk, or the quota on it, is used up.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
    /// Whether the file was empty, so that there was nothing to map.
    public var isEmptyFile: Bool { code == EINVAL && operation == "mmap" }
    /// Whether there is no such file.
    public var isMissing: Bool { code == ENOENT }
}
