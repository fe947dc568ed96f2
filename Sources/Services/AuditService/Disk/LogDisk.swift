// Every change that the log makes on its disk passes here, one at a time, so that a test can end
// the process before any of them, in the middle of any write, or say that the disk is full.

public import ClawgressBytes
import Foundation
import NIOPosix
import Synchronization

/// The disk as the log uses it.
public struct LogDisk: Sendable {
    /// A change that is about to be made.
    public enum Change: Sendable, Equatable {
        /// A folder is made.
        case createFolder(String)
        /// A file is made.
        case createFile(String)
        /// A file gets its blocks.
        case allocate(String)
        /// So many bytes are written.
        case write(String, count: Int)
        /// A file's bytes are waited for.
        case synchronise(String)
        /// A file is cut off.
        case truncate(String)
        /// A file is put in its place.
        case move(String)
        /// A folder's names are waited for.
        case synchroniseFolder(String)
        /// A file or a folder is removed.
        case remove(String)
    }

    /// What is asked before each change, and may throw in its place.
    ///
    /// For a write it answers how many bytes to write, after which the write fails as on a full
    /// disk; nil for all of them.
    public typealias Gate = @Sendable (Change) throws(FileError) -> Int?

    private let gate: Gate

    /// Uses the machine's disk behind `gate`.
    public init(gate: @escaping Gate = { _ throws(FileError) in nil }) {
        self.gate = gate
    }

    /// Makes a folder that only its owner may enter; an existing one is left as it is.
    func create(folder path: String) throws(FileError) {
        _ = try gate(.createFolder(path))
        try Folder.create(path)
    }

    /// Makes a file of `length` bytes, 0 for one that grows.
    func create(file path: String, length: Int) throws(FileError) -> OpenFile {
        _ = try gate(.createFile(path))
        let file = try OpenFile(path: path, creating: true)
        guard length > 0 else { return file }
        do throws(FileError) {
            _ = try gate(.allocate(path))
            try file.allocate(length)
        } catch {
            try? Folder.remove(file: path)
            throw error
        }
        return file
    }

    /// Writes bytes at a place of a file.
    func write(
        _ bytes: ArraySlice<UInt8>,
        to file: borrowing OpenFile,
        at offset: Int
    ) throws(FileError) {
        guard let part = try gate(.write(file.path, count: bytes.count)) else {
            return try file.write(bytes, at: offset)
        }
        try file.write(bytes.prefix(part), at: offset)
        throw .full(file.path)
    }

    /// Waits until a file's bytes are on the disk.
    func synchronise(_ file: borrowing OpenFile) throws(FileError) {
        _ = try gate(.synchronise(file.path))
        try file.synchronise()
    }

    /// Waits until the bytes of many files are on the disk, in a fraction of the time that it
    /// takes one after the other: a journalling file system writes what is waited for at the
    /// same time in one go.
    func synchronise(files paths: [String]) throws(FileError) {
        for path in paths { _ = try gate(.synchronise(path)) }
        guard paths.count > 1 else {
            for path in paths { try OpenFile(path: path, creating: false).synchronise() }
            return
        }
        let work = SharedWork(parts: paths.count)
        for path in paths {
            Self.waiters.submit { _ in
                do throws(FileError) {
                    try OpenFile(path: path, creating: false).synchronise()
                    work.end()
                } catch {
                    work.end(error)
                }
            }
        }
        if let error = work.wait() { throw error }
    }

    /// Threads that do nothing but wait for the disk; they last as long as the process.
    private static let waiters: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 16)
        pool.start()
        return pool
    }()

    /// Cuts a file off.
    func truncate(_ file: borrowing OpenFile, to length: Int) throws(FileError) {
        _ = try gate(.truncate(file.path))
        try file.truncate(to: length)
    }

    /// Puts a file into its place.
    func move(_ path: String, to other: String) throws(FileError) {
        _ = try gate(.move(other))
        try Folder.move(file: path, to: other)
    }

    /// Waits until a folder's names are on the disk.
    func synchronise(folder path: String) throws(FileError) {
        _ = try gate(.synchroniseFolder(path))
        try Folder.synchronise(folder: path)
    }

    /// Removes a file; one that is gone is no error.
    func remove(file path: String) throws(FileError) {
        _ = try gate(.remove(path))
        try Folder.remove(file: path)
    }

    /// Removes a folder if nothing is in it.
    func removeIfEmpty(folder path: String) throws(FileError) {
        _ = try gate(.remove(path))
        try Folder.removeIfEmpty(path)
    }
}

/// Work that other threads do in parts, and that one waits for.
private final class SharedWork: Sendable {
    private let condition = NSCondition()
    private let state: Mutex<(left: Int, error: FileError?)>

    init(parts: Int) {
        state = Mutex((parts, nil))
    }

    /// A part is done, or failed.
    func end(_ error: FileError? = nil) {
        condition.lock()
        defer { condition.unlock() }
        state.withLock { state in
            state.left -= 1
            state.error = state.error ?? error
        }
        condition.broadcast()
    }

    /// Waits for all parts; what went wrong first.
    func wait() -> FileError? {
        condition.lock()
        defer { condition.unlock() }
        while state.withLock({ $0.left }) > 0 { condition.wait() }
        return state.withLock { $0.error }
    }
}
