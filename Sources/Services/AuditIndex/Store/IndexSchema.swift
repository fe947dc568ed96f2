// The index's tables. A row has numbers in place of words, so that ten million rows and five ways to
// them fit into a few gigabytes; the record itself stays in the log, and the row says where. Kept
// here too it would be most of the file, and a second truth.

import GRDB

/// The file's migrations.
///
/// A step that was shipped is never changed; a new form of the rows is a new file, made again from
/// the log.
enum IndexSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("audit-index-1") { database in
            try database.execute(sql: tables)
            try database.execute(sql: ways)
        }
        return migrator
    }

    /// 0 stands for what a record does not have.
    ///
    /// A host's labels also stand in reverse order, so
    /// that all names below one lie together.
    private static let tables = """
        CREATE TABLE state (
            id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
            next INTEGER NOT NULL,
            mark BLOB NOT NULL,
            last_time INTEGER NOT NULL,
            host_sweep INTEGER NOT NULL
        ) STRICT;
        INSERT INTO state VALUES (1, 0, x'', 0, 0);
        CREATE TABLE word (
            id INTEGER PRIMARY KEY NOT NULL,
            text TEXT UNIQUE NOT NULL
        ) STRICT;
        CREATE TABLE host (
            id INTEGER PRIMARY KEY NOT NULL,
            text TEXT UNIQUE NOT NULL,
            reversed TEXT NOT NULL
        ) STRICT;
        CREATE INDEX host_reversed ON host (reversed);
        CREATE TABLE event (
            leaf INTEGER PRIMARY KEY NOT NULL,
            offset INTEGER NOT NULL,
            length INTEGER NOT NULL,
            time INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            decision INTEGER NOT NULL,
            status INTEGER NOT NULL,
            host INTEGER NOT NULL,
            agent INTEGER NOT NULL,
            team INTEGER NOT NULL,
            project INTEGER NOT NULL,
            environment INTEGER NOT NULL,
            policy INTEGER NOT NULL,
            reason INTEGER NOT NULL,
            gateway INTEGER NOT NULL,
            request_id BLOB
        ) STRICT;
        """

    /// In each the decision stands before the time: denials are few, and are what is asked for.
    ///
    /// The leaf is the last column of every one, so each is in the order of pages.
    private static let ways = """
        CREATE INDEX event_time ON event (decision, time);
        CREATE INDEX event_agent ON event (agent, decision, time);
        CREATE INDEX event_host ON event (host, decision, time);
        CREATE INDEX event_policy ON event (policy, decision, time);
        CREATE INDEX event_request ON event (request_id) WHERE request_id IS NOT NULL;
        """
}
