// Small files that are read whole and replaced whole: bundles, sealed keys, keys.yaml. A reader
// sees the old content or the new one and never a part, and a secret's file is never readable
// by others, not even between its creation and a later change of its mode.

import CLinux
import Glibc

/// Reads and replaces small files.
public enum WholeFile {
    /// Reads a file of at most `bytesMax` bytes; pipes are read to their end.
    ///
    /// - Throws: `FileError`, with `EFBIG` for a longer file.
    public static func read(_ path: String, bytesMax: Int) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        return try content(of: descriptor, path, bytesMax)
    }

    /// Reads a file as ``read(_:bytesMax:)`` does, if nobody but its owner may read or write it.
    ///
    /// - Throws: `FileError`; `isExposedFile` if its mode gives others anything.
    public static func readPrivate(
        _ path: String,
        bytesMax: Int
    ) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("fstat", path) }
        guard status.st_mode & 0o077 == 0 else { throw .exposed(path) }
        return try content(of: descriptor, path, bytesMax)
    }

    private static func content(
        of descriptor: Int32,
        _ path: String,
        _ bytesMax: Int
    ) throws(FileError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            guard count > 0 else { return content }
            content.append(contentsOf: chunk[..<count])
            guard content.count <= bytesMax else {
                throw FileError(code: EFBIG, operation: "read", path: path)
            }
        }
    }

    /// Reads a file as ``read(_:bytesMax:)`` does; nil if there is none.
    ///
    /// - Throws: `FileError` for a file that is there and cannot be read.
    public static func readIfPresent(
        _ path: String,
        bytesMax: Int
    ) throws(FileError) -> [UInt8]? {
        do throws(FileError) {
            return try read(path, bytesMax: bytesMax)
        } catch {
            guard error.isMissingFile else { throw error }
            return nil
        }
    }

    /// Reads a file as ``readIfPresent(_:bytesMax:)`` does, if it is a regular one: in a folder that
    /// somebody else has filled, whoever opens a pipe may wait for ever.
    ///
    /// - Throws: `FileError` for anything else, also with `EINVAL` for what is no regular file.
    public static func readRegularIfPresent(
        _ path: String,
        bytesMax: Int
    ) throws(FileError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let error = failure("open", path)
            if error.isMissingFile { return nil }
            throw error
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("fstat", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(code: EINVAL, operation: "read as a regular file", path: path)
        }
        return try content(of: descriptor, path, bytesMax)
    }

    /// Replaces the file at `path`, or makes it, in one step that survives a crash.
    ///
    /// The content goes to a new file beside it, which is synchronised and then renamed.
    ///
    /// - Parameter mode: the new file's permissions; the process' mask is not applied.
    /// - Throws: `FileError`; the old file is then as it was.
    public static func replace(
        _ path: String,
        with content: [UInt8],
        mode: UInt32 = 0o644
    ) throws(FileError) {
        try replaceAll([(path, content)], mode: mode)
    }

    /// Replaces files of one folder, each as ``replace(_:with:mode:)`` does, and waits for the
    /// disk about as long as for one of them.
    ///
    /// - Throws: `FileError`; files behind the one that it names are then as they were. After a
    ///   crash any of them may be.
    public static func replaceAll(
        _ files: [(path: String, content: [UInt8])],
        mode: UInt32 = 0o644
    ) throws(FileError) {
        var new: [NewFile] = []
        defer { for file in new { file.remove() } }
        for (path, content) in files {
            new.append(try NewFile(for: path))
            try new[new.count - 1].fill(content, mode)
        }
        // Only when all are written: what the disk takes for the first are mostly all.
        for file in new { try file.synchronise() }
        for file in new { try file.putInPlace() }
        if let first = files.first { try synchroniseFolder(of: first.path) }
    }

    /// Gives a file another name in its folder, in one step that survives a crash; what had that
    /// name is gone.
    ///
    /// - Throws: `FileError`; nothing has changed then, or the change may not survive.
    public static func move(_ path: String, to other: String) throws(FileError) {
        guard rename(path, other) == 0 else { throw failure("rename", path) }
        try synchroniseFolder(of: other)
    }

    /// Removes a file, in one step that survives a crash; there may be none.
    ///
    /// - Throws: `FileError`.
    public static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 else {
            let error = failure("remove", path)
            if error.isMissingFile { return }
            throw error
        }
        try synchroniseFolder(of: path)
    }

    /// Makes the rename itself durable.
    private static func synchroniseFolder(of path: String) throws(FileError) {
        let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = end.map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("fsync", folder) }
    }

    fileprivate static func failure(_ operation: String, _ path: String) -> FileError {
        FileError(code: errno, operation: operation, path: path)
    }
}

/// A file beside the one that it will replace.
private struct NewFile {
    let path: String
    let temporary: String
    let descriptor: Int32

    init(for path: String) throws(FileError) {
        self.path = path
        temporary = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).new"
        descriptor = open(
            temporary,
            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
            0o600
        )
        guard descriptor >= 0 else { throw WholeFile.failure("create", path) }
    }

    func fill(_ content: [UInt8], _ mode: UInt32) throws(FileError) {
        var written = 0
        while written < content.count {
            let count = content.withUnsafeBytes {
                write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw WholeFile.failure("write", path) }
            written += count
        }
        guard fchmod(descriptor, mode) == 0 else { throw WholeFile.failure("chmod", path) }
    }

    func synchronise() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw WholeFile.failure("fsync", path) }
    }

    func putInPlace() throws(FileError) {
        guard rename(temporary, path) == 0 else { throw WholeFile.failure("rename", path) }
    }

    /// Closes it, and removes what was not put in place.
    func remove() {
        close(descriptor)
        _ = unlink(temporary)
    }
}
