// A daemon's one database. What every daemon wants of SQLite is here once: a commit is on the
// disk when it returns, deleted content is gone, and a file that cannot be trusted is not used.

import ClawgressBytes
public import GRDB
import Synchronization

/// An open database of which this process is the only user.
///
/// Write-ahead log with `synchronous=FULL`: a write that returned survives a power cut, unless the
/// content is derived. Foreign keys are enforced, and `secure_delete` overwrites what is deleted.
public final class Store: Sendable {
    /// Where what is stored came from.
    public enum Content: Sendable {
        /// It is nowhere else.
        case original
        /// It can be made again from something else.
        ///
        /// Then a power cut may take the last commits, never a part of one; the start does not
        /// read the whole file to check it, because whoever meets damage makes the file again;
        /// and freed pages can be given back with `incremental_vacuum`.
        case derived
    }

    /// Where the database lies; its log and lock lie beside it.
    public let path: String
    /// The connections; `read` and `write` as GRDB documents them.
    public let database: DatabasePool
    private let lock: Mutex<FileLock?>

    /// How long a statement waits for another connection's lock, in seconds.
    public static var busySeconds: Double { 5 }

    /// Opens the database at `path`, or makes it, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - migrator: every step of the schema, old ones included.
    ///   - content: whether the file can be made again.
    /// - Throws: `StorageError`; what is stored is then as it was, or after whole migrations.
    public init(
        path: String,
        migrator: DatabaseMigrator,
        content: Content = .original
    ) throws(StorageError) {
        self.path = path
        lock = Mutex(try Self.takeLock(for: path))
        do {
            if Folder.length(ofFile: path) == nil { try Folder.createPrivate(file: path) }
            guard try Folder.isPrivate(file: path) else {
                throw StorageError.exposed(path: path)
            }
            let pool = try DatabasePool(path: path, configuration: Self.configuration(content))
            try pool.writeWithoutTransaction { database in
                if content == .original {
                    // Afterwards, because the pool itself chooses NORMAL when it turns on the log.
                    try database.execute(sql: "PRAGMA synchronous = FULL")
                    try StoreCheck.integrity(of: database, path)
                }
                try StoreCheck.schema(of: database, path, migrator)
            }
            try migrator.migrate(pool)
            database = pool
        } catch {
            throw .sorted(error, path)
        }
    }

    /// Closes the connections and gives the lock back; the store is of no use afterwards.
    ///
    /// - Throws: `StorageError.inUse` while a statement is running.
    public func close() throws(StorageError) {
        do {
            try database.close()
        } catch {
            throw .sorted(error, path)
        }
        lock.withLock { $0 = nil }
    }

    /// Held by whoever has the database open, so that a restore never pulls it away.
    static func takeLock(for path: String) throws(StorageError) -> FileLock {
        do throws(FileError) {
            return try FileLock(path: path + ".lock")
        } catch {
            throw error.isHeldElsewhere ? .inUse(path: path) : .file(error)
        }
    }

    /// The settings of every connection.
    static var configuration: Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(busySeconds)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA secure_delete = ON")
            // A planted schema must not run functions, nor a damaged page be followed.
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            try database.execute(sql: "PRAGMA cell_size_check = ON")
        }
        return configuration
    }

    private static func configuration(_ content: Content) -> Configuration {
        var configuration = Self.configuration
        guard content == .derived else { return configuration }
        configuration.prepareDatabase { database in
            guard !database.configuration.readonly else { return }
            // Takes effect in a new file only, and before anything else is written to it.
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            // Big files that are written in big transactions: 64 MiB of pages, and a checkpoint
            // for as much of the log.
            try database.execute(sql: "PRAGMA cache_size = -65536")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 16384")
        }
        return configuration
    }
}
