// The policy service's one database. The decision of a commit is a row of it, so what these
// functions have written when they return is what a restart starts from.

public import ClawgressStorage
public import GRDB

/// Why the database did not take or give something; the service stops then, because only the
/// disk knows what became of a decision.
public struct PolicyStoreError: Error, Sendable, CustomStringConvertible {
    /// What SQLite says.
    public let reason: String

    /// One line.
    public var description: String { "the database failed: \(reason)" }
}

/// Publications, gateways, enrolment tokens and key sets.
public struct PolicyStore: Sendable {
    private let store: Store

    /// Takes an open database; see ``schema``.
    public init(_ store: Store) {
        self.store = store
    }

    /// Reads from the last committed state.
    func read<Value: Sendable>(
        _ work: @Sendable @escaping (Database) throws -> Value
    ) async throws(PolicyStoreError) -> Value {
        do {
            return try await store.database.read(work)
        } catch {
            throw Self.failure(error)
        }
    }

    /// Does all of `work` or nothing of it, and waits for the disk.
    func write<Value: Sendable>(
        _ work: @Sendable @escaping (Database) throws -> Value
    ) async throws(PolicyStoreError) -> Value {
        do {
            return try await store.database.write(work)
        } catch {
            throw Self.failure(error)
        }
    }

    /// Not the whole description of a database error: that one quotes statements and arguments.
    private static func failure(_ error: any Error) -> PolicyStoreError {
        switch error {
        case let error as PolicyStoreError: error
        case let error as DatabaseError:
            PolicyStoreError(reason: error.message ?? "\(error.resultCode)")
        default: PolicyStoreError(reason: "\(error)")
        }
    }
}

extension PolicyStore {
    /// Every step of the schema.
    public static var schema: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("publications") { database in
            try database.execute(sql: publications)
        }
        migrator.registerMigration("gateways") { database in
            try database.execute(sql: gateways)
        }
        migrator.registerMigration("withdrawals") { database in
            try database.execute(sql: withdrawals)
        }
        migrator.registerMigration("restores") { database in
            try database.execute(sql: restores)
        }
        return migrator
    }

    /// When a restore ended a deadline: the copy cannot say whether it was kept.
    private static var restores: String {
        "ALTER TABLE publications ADD COLUMN restored_at INTEGER;"
    }

    private static var withdrawals: String {
        """
        CREATE TABLE withdrawn (
            request_id TEXT PRIMARY KEY,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX withdrawn_by_time ON withdrawn (at);
        """
    }

    private static var publications: String {
        """
        CREATE TABLE key_sets (
            version INTEGER PRIMARY KEY,
            jws TEXT NOT NULL
        ) STRICT;
        CREATE TABLE epochs (
            epoch INTEGER PRIMARY KEY,
            next_serial INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE publications (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            request_id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('publication', 'confirmation', 'reversion')),
            epoch INTEGER NOT NULL REFERENCES epochs (epoch),
            serial INTEGER NOT NULL,
            revision TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('preparing', 'aborted', 'decided')),
            comment TEXT,
            created_at INTEGER NOT NULL,
            decided_at INTEGER,
            confirm_by INTEGER,
            concluded_by INTEGER,
            previous INTEGER REFERENCES publications (id),
            UNIQUE (epoch, serial)
        ) STRICT;
        CREATE INDEX publications_by_state ON publications (state, epoch, serial);
        CREATE TABLE bundles (
            publication INTEGER PRIMARY KEY REFERENCES publications (id),
            jws BLOB NOT NULL
        ) STRICT;
        CREATE TABLE rollout (
            publication INTEGER NOT NULL REFERENCES publications (id),
            gateway TEXT NOT NULL,
            state TEXT NOT NULL,
            code TEXT,
            reason TEXT,
            PRIMARY KEY (publication, gateway)
        ) STRICT, WITHOUT ROWID;
        """
    }

    private static var gateways: String {
        """
        CREATE TABLE gateways (
            gateway TEXT PRIMARY KEY,
            certificate TEXT NOT NULL,
            certificate_ends INTEGER NOT NULL,
            enrolled_at INTEGER NOT NULL,
            maintenance INTEGER NOT NULL DEFAULT 0,
            revoked_at INTEGER,
            last_heard INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE enrolment_tokens (
            id TEXT PRIMARY KEY,
            digest BLOB NOT NULL,
            gateway TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            used_at INTEGER
        ) STRICT, WITHOUT ROWID;
        """
    }
}
