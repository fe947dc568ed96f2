// What is asked of a file before it is used as a database, be it the daemon's own or a backup.

import GRDB

/// The checks at start and before a restore.
enum StoreCheck {
    /// Reads every page and every reference.
    ///
    /// - Throws: `StorageError.damaged` with the first finding.
    static func integrity(of database: Database, _ path: String) throws {
        let finding = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
        guard finding == "ok" else {
            throw StorageError.damaged(path: path, finding: finding ?? "no answer")
        }
        if let row = try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") {
            let table: String = row["table"]
            throw StorageError.damaged(
                path: path,
                finding: "a row of `\(table)` refers to nothing"
            )
        }
    }

    /// Refuses what this program's migrations have not made.
    ///
    /// - Throws: `StorageError.schemaNewer`.
    static func schema(
        of database: Database,
        _ path: String,
        _ migrator: DatabaseMigrator
    ) throws {
        let unknown = try migrator.appliedIdentifiers(database).subtracting(migrator.migrations)
        guard unknown.isEmpty else {
            throw StorageError.schemaNewer(path: path, migrations: unknown.sorted())
        }
    }

    /// Whether one of this program's migrations has made the database.
    static func isOurs(_ database: Database, _ migrator: DatabaseMigrator) throws -> Bool {
        try !migrator.appliedIdentifiers(database).isDisjoint(with: migrator.migrations)
    }
}
