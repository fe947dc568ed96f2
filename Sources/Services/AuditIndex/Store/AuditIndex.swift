// The index: which records there are, to be found by what they say. All of it comes from the log, in
// the order of the log, and how far it got is written with what it wrote: whatever ends the process,
// the next one goes on behind the last record that is in here.

import ClawgressBytes
public import ClawgressStorage
import Foundation
import GRDB
import Synchronization

/// Why a question was not answered.
public enum IndexError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It would have taken longer than it may.
    case tooSlow(seconds: Double)
    /// The file refused.
    case storage(StorageError)

    /// One sentence.
    public var description: String {
        switch self {
        case .tooSlow(let seconds):
            "it would take longer than \(seconds) s: ask for less time, or for an agent, a host or "
                + "a policy"
        case .storage(let error): error.description
        }
    }
}

/// How far an index has got.
public struct IndexPosition: Sendable, Equatable {
    /// The first record that is not in it, by its place in the log.
    public var next: Int64
    /// Something that tells the log's last record before that from any other; empty at 0.
    public var mark: [UInt8]

    /// Names a position.
    public init(next: Int64, mark: [UInt8]) {
        self.next = next
        self.mark = mark
    }

    /// Before the first record.
    public static let start = IndexPosition(next: 0, mark: [])
}

/// An open index.
public final class AuditIndex: Sendable {
    let store: Store
    let cache = Mutex(WordCache())
    /// How long a question may take, in seconds.
    let secondsMax: Double

    /// Opens the index at `path`, or makes an empty one.
    ///
    /// - Parameters:
    ///   - path: the file, in a folder that exists.
    ///   - secondsMax: how long a question may take.
    /// - Throws: `StorageError`; after ``remove(_:)`` a new one can be made.
    public init(path: String, secondsMax: Double = 10) throws(StorageError) {
        store = try Store(path: path, migrator: IndexSchema.migrator, content: .derived)
        self.secondsMax = secondsMax
    }

    /// Removes an index that nobody has open.
    ///
    /// - Throws: `StorageError.inUse`, or what the disk says.
    public static func remove(_ path: String) throws(StorageError) {
        do throws(FileError) {
            let lock = try FileLock(path: "\(path).lock")
            for ending in ["", "-wal", "-shm"] { try Folder.remove(file: path + ending) }
            _ = consume lock
        } catch {
            throw error.isHeldElsewhere ? .inUse(path: path) : .file(error)
        }
    }

    /// How far it has got.
    ///
    /// - Throws: `StorageError`.
    public func position() throws(StorageError) -> IndexPosition {
        try sorted { try store.database.read(Self.position) }
    }

    static func position(_ database: Database) throws -> IndexPosition {
        guard let row = try Row.fetchOne(database, sql: "SELECT next, mark FROM state") else {
            return .start
        }
        return IndexPosition(next: row["next"], mark: Array(row["mark"] as Data))
    }

    /// Gives the file back, with everything in it: its write-ahead log is taken in.
    ///
    /// - Throws: `StorageError.inUse` while a question is being answered.
    public func close() throws(StorageError) {
        try sorted {
            // The pool closes its writer first, and the readers after it cannot do this.
            try store.database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        }
        try store.close()
    }

    func sorted<Answer>(_ work: () throws -> Answer) throws(StorageError) -> Answer {
        do {
            return try work()
        } catch {
            throw .sorted(error, store.path)
        }
    }

    /// Answers a question on one view of the index, and not for ever.
    func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (Database) throws -> Answer
    ) async throws(IndexError) -> Answer {
        let (store, seconds) = (store, secondsMax)
        do {
            return try await withThrowingTaskGroup(of: Answer.self) { group in
                group.addTask { try await store.database.read(question) }
                group.addTask {
                    try await Task.sleep(for: .seconds(seconds))
                    throw IndexError.tooSlow(seconds: seconds)
                }
                // The other one ends: a statement that runs is interrupted.
                defer { group.cancelAll() }
                guard let answer = try await group.next() else {
                    throw IndexError.tooSlow(seconds: seconds)
                }
                return answer
            }
        } catch let error as IndexError {
            throw error
        } catch {
            throw .storage(.sorted(error, store.path))
        }
    }
}
