// A backup in the place of the database. The backup is checked and copied first; the database
// is replaced in one rename, and only while no daemon has it open.

import ClawgressBytes
public import GRDB

extension Store {
    /// Puts the backup at `backup` into the place of the database at `path`.
    ///
    /// - Throws: `StorageError`; the database is then as it was. `StorageError.inUse` while a
    ///   daemon has it open, `StorageError.foreign` or `StorageError.schemaNewer` for a backup
    ///   that `migrator` did not make.
    public static func restore(
        _ backup: String,
        to path: String,
        migrator: DatabaseMigrator
    ) throws(StorageError) {
        try restore(backup, to: path, migrator: migrator) { _ in }
    }

    /// The same, with something changed in the copy before it is the database: a crash leaves either
    /// the old one or the new one as it is meant to be.
    ///
    /// - Parameter amend: one transaction, in the newest schema.
    public static func restore<Outcome>(
        _ backup: String,
        to path: String,
        migrator: DatabaseMigrator,
        amend: (Database) throws -> Outcome
    ) throws(StorageError) -> Outcome {
        let lock = try takeLock(for: path)
        let outcome: Outcome
        do {
            let source = try openBackup(backup, migrator)
            let copy = path + ".restored"
            try Folder.remove(file: copy)
            try Self.copy(from: source, to: copy)
            try source.close()
            outcome = try change(copy, migrator, amend)
            try settleLog(of: path)
            try WholeFile.move(copy, to: path)
        } catch {
            throw .sorted(error, backup)
        }
        _ = consume lock
        return outcome
    }

    private static func change<Outcome>(
        _ copy: String,
        _ migrator: DatabaseMigrator,
        _ amend: (Database) throws -> Outcome
    ) throws -> Outcome {
        let queue = try DatabaseQueue(path: copy, configuration: configuration)
        try migrator.migrate(queue)
        let outcome = try queue.write(amend)
        try queue.close()
        try Folder.synchronise(file: copy)
        return outcome
    }

    private static func openBackup(
        _ backup: String,
        _ migrator: DatabaseMigrator
    ) throws -> DatabaseQueue {
        // With a log beside it, it is a database in use, and the file alone is not all of it.
        guard Folder.length(ofFile: backup + "-wal") == nil else {
            throw StorageError.foreign(path: backup)
        }
        var configuration = Self.configuration
        configuration.readonly = true
        let source = try DatabaseQueue(path: backup, configuration: configuration)
        try source.read { database in
            try StoreCheck.integrity(of: database, backup)
            try StoreCheck.schema(of: database, backup, migrator)
            guard try StoreCheck.isOurs(database, migrator) else {
                throw StorageError.foreign(path: backup)
            }
        }
        return source
    }

    /// Leaves no log of the old database, which SQLite would replay into the new one.
    private static func settleLog(of path: String) throws {
        if Folder.length(ofFile: path + "-wal") != nil, Folder.length(ofFile: path) != nil {
            // A readable database takes its log in, and is whole until the rename.
            let old = try? DatabaseQueue(path: path, configuration: configuration)
            try? old?.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
            try? old?.close()
        }
        for ending in ["-wal", "-shm"] { try Folder.remove(file: path + ending) }
    }
}
