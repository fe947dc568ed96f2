// What the tests of the database share: a folder that goes away, and a small schema in two steps.

import Foundation
import GRDB

/// A folder for one test.
final class TemporaryFolder: Sendable {
    private let root: String

    init() throws {
        root = NSTemporaryDirectory() + "clawgress-storage-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    func names() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: root))
    }

    func setMode(_ mode: UInt32, of path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: Int(mode)], ofItemAtPath: path)
    }
}

extension DatabaseMigrator {
    /// The schema of an old program.
    static var first: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
                    CREATE TABLE part (
                        id INTEGER PRIMARY KEY, item INTEGER NOT NULL REFERENCES item (id)
                    ) STRICT;
                    """
            )
        }
        return migrator
    }

    /// The schema of the program after it.
    static var second: DatabaseMigrator {
        var migrator = first
        migrator.registerMigration("2") { database in
            try database.execute(sql: "ALTER TABLE item ADD COLUMN note TEXT NOT NULL DEFAULT ''")
        }
        return migrator
    }
}
