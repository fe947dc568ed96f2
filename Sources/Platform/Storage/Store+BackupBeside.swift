// A copy of a database that another process has open: a daemon's `backup` command runs beside the
// daemon. SQLite's log lets a reader in without a word to the writer, so no lock is taken.

import ClawgressBytes
public import GRDB

extension Store {
    /// Writes a copy of the database at `path` to a new file at `target`, whoever has it open.
    ///
    /// - Throws: `StorageError`; there is nothing at `target` then. `StorageError.foreign` if
    ///   `migrator` did not make the database.
    public static func backUp(
        databaseAt path: String,
        to target: String,
        migrator: DatabaseMigrator
    ) throws(StorageError) {
        guard Folder.length(ofFile: path) != nil else {
            throw .database(path: path, reason: "there is no such file")
        }
        guard Folder.length(ofFile: target) == nil else { throw .targetExists(path: target) }
        do {
            // Not read-only: the first reader of a log that nobody has open must write its index.
            let source = try DatabaseQueue(path: path, configuration: configuration)
            try source.read { database in
                try StoreCheck.schema(of: database, path, migrator)
                guard try StoreCheck.isOurs(database, migrator) else {
                    throw StorageError.foreign(path: path)
                }
            }
            try copy(from: source, to: target)
            try source.close()
        } catch {
            throw .sorted(error, path)
        }
    }
}
