// The tables of the admin API, step by step. A step that was shipped is never changed; secrets are
// digests in every one of them.

import GRDB

/// The database's migrations.
enum AdminSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("admin-1") { database in
            try database.execute(sql: access)
            try database.execute(sql: configuration)
            try database.execute(sql: records)
        }
        migrator.registerMigration("admin-2") { database in
            try database.execute(sql: confirmations)
        }
        migrator.registerMigration("admin-3") { database in
            try database.execute(sql: places)
        }
        migrator.registerMigration("admin-4") { database in
            try database.execute(sql: sizes)
        }
        migrator.registerMigration("admin-5") { database in
            try database.execute(sql: endings)
        }
        migrator.registerMigration("admin-6") { database in
            try database.execute(sql: endedKeys)
        }
        migrator.registerMigration("admin-7") { database in
            try database.execute(sql: intentions)
        }
        migrator.registerMigration("admin-8") { database in
            try database.execute(sql: scopes)
        }
        migrator.registerMigration("admin-9") { database in
            try database.execute(sql: levels)
        }
        return migrator
    }

    /// Where in the grammar lines are read.
    ///
    /// Beside the candidates and not in them: to go to a level is no change, so it begins none.
    private static let levels = """
        CREATE TABLE candidate_level (
            owner TEXT PRIMARY KEY NOT NULL,
            path TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// What a commit is recorded as in the audit trail: a confirmation is one, too.
    private static let confirmations = """
        ALTER TABLE commit_record ADD COLUMN action TEXT NOT NULL DEFAULT 'commit';
        """

    /// What tokens are limited to, with blanks between; NULL for all of their role.
    private static let scopes = """
        ALTER TABLE credential ADD COLUMN scopes TEXT;
        """

    /// What is about to be done elsewhere, as the note of its event.
    private static let intentions = """
        CREATE TABLE intention (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            note BLOB NOT NULL
        ) STRICT;
        """

    /// Keys that were in force once.
    private static let endedKeys = """
        CREATE TABLE ended_key (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            agent TEXT NOT NULL,
            key TEXT NOT NULL,
            UNIQUE (agent, key)
        ) STRICT;
        """

    /// Which unconfirmed commit a revocation ended.
    private static let endings = """
        ALTER TABLE commit_record ADD COLUMN takes_back TEXT;
        """

    /// Who may do something: passwords (scrypt) and bearer secrets (SHA-256 of 256 random bits).
    private static let access = """
        CREATE TABLE password (
            user TEXT PRIMARY KEY NOT NULL,
            salt BLOB NOT NULL,
            hash BLOB NOT NULL,
            rounds INTEGER NOT NULL,
            founder INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE credential (
            id TEXT PRIMARY KEY NOT NULL,
            kind TEXT NOT NULL,
            digest BLOB NOT NULL,
            user TEXT NOT NULL,
            name TEXT NOT NULL,
            role TEXT,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            last_used_at INTEGER,
            revoked_at INTEGER
        ) STRICT;
        CREATE INDEX credential_user ON credential (user);
        """

    /// Where users logged in from.
    private static let places = """
        CREATE TABLE login_place (
            user TEXT NOT NULL,
            place TEXT NOT NULL,
            last_at INTEGER NOT NULL,
            PRIMARY KEY (user, place)
        ) STRICT, WITHOUT ROWID;
        """

    /// How much is kept of whom, to be looked up without reading it.
    private static let sizes = """
        ALTER TABLE candidate ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
        UPDATE candidate SET bytes = ifnull((SELECT sum(length(body)) FROM candidate_step
            WHERE candidate_step.owner = candidate.owner), 0);
        ALTER TABLE repetition ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
        UPDATE repetition SET bytes = ifnull(length(body), 0);
        CREATE INDEX repetition_age ON repetition (asked_at, bytes);
        """

    private static let configuration = """
        CREATE TABLE revision (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT UNIQUE NOT NULL,
            tree BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            comment TEXT
        ) STRICT;
        CREATE TABLE published (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            revision TEXT NOT NULL REFERENCES revision (id),
            epoch INTEGER NOT NULL,
            serial INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE candidate (
            owner TEXT PRIMARY KEY NOT NULL,
            nonce TEXT NOT NULL,
            base TEXT NOT NULL REFERENCES revision (id),
            version INTEGER NOT NULL,
            staged TEXT REFERENCES revision (id),
            staged_version INTEGER
        ) STRICT;
        CREATE TABLE candidate_step (
            owner TEXT NOT NULL REFERENCES candidate (owner) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            kind TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (owner, number)
        ) STRICT;
        CREATE TABLE commit_record (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT UNIQUE NOT NULL,
            state TEXT NOT NULL,
            revision TEXT NOT NULL REFERENCES revision (id),
            epoch INTEGER,
            serial INTEGER,
            asked_at INTEGER NOT NULL,
            decided_at INTEGER,
            confirm_by INTEGER,
            actor TEXT NOT NULL,
            role TEXT,
            source TEXT NOT NULL,
            credential TEXT NOT NULL,
            comment TEXT,
            summary TEXT NOT NULL,
            rollout BLOB NOT NULL
        ) STRICT;
        CREATE INDEX commit_state ON commit_record (state);
        """

    private static let records = """
        CREATE TABLE repetition (
            owner TEXT NOT NULL,
            key TEXT NOT NULL,
            request BLOB NOT NULL,
            status INTEGER,
            fields BLOB,
            body BLOB,
            asked_at INTEGER NOT NULL,
            PRIMARY KEY (owner, key)
        ) STRICT;
        CREATE TABLE event (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            note BLOB,
            text BLOB
        ) STRICT;
        CREATE INDEX event_open ON event (number) WHERE note IS NOT NULL;
        """
}
