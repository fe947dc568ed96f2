// Passwords and bearer secrets as they are kept: never in a form that could be used.

import ClawgressContract
import Foundation
import GRDB

/// What is kept of an operator's token, session or bootstrap token.
struct StoredCredential: Sendable {
    var id: String
    var kind: AdminCredentialKind
    var digest: [UInt8]
    var user: String
    var name: String
    /// The role that it is limited to; nil for the user's own.
    var role: AdminRole?
    /// The parts of the API that it is limited to; nil for all.
    var scopes: Set<AdminScope>?
    var createdAt: Int64
    var expiresAt: Int64
    var lastUsedAt: Int64?
    var revokedAt: Int64?

    init(_ row: Row) {
        id = row["id"]
        kind = AdminCredentialKind(rawValue: row["kind"]) ?? .session
        digest = Array(row["digest"] as Data)
        user = row["user"]
        name = row["name"]
        role = (row["role"] as String?).map { AdminRole(rawValue: $0) ?? .readOnly }
        // A word of another version opens nothing.
        scopes = (row["scopes"] as String?).map { text in
            Set(text.split(separator: " ").compactMap { AdminScope(rawValue: String($0)) })
        }
        createdAt = row["created_at"]
        expiresAt = row["expires_at"]
        lastUsedAt = row["last_used_at"]
        revokedAt = row["revoked_at"]
    }

    init(
        _ secret: BearerSecret,
        user: String,
        name: String,
        role: AdminRole?,
        scopes: Set<AdminScope>? = nil,
        createdAt: Int64,
        expiresAt: Int64
    ) {
        id = secret.id
        kind = secret.kind
        digest = secret.digest
        self.user = user
        self.name = name
        self.role = role
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// What is kept of a password.
struct StoredPassword: Sendable {
    let hash: PasswordHash
    /// Whether it was set with the bootstrap token: an admin while no user is configured.
    let isFounder: Bool
}

extension AdminStore {
    func credential(_ id: String) throws(Refusal) -> StoredCredential? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT * FROM credential WHERE id = ?",
                arguments: [id]
            )
            .map(StoredCredential.init)
        }
    }

    /// Keeps a token, if its user has fewer than `countMax` live ones; of those that ended as many
    /// stay listed.
    ///
    /// - Throws: 409.
    func add(
        _ token: StoredCredential,
        countMax: Int,
        now: Int64,
        _ note: AdminNote
    ) throws(Refusal) {
        try write { database in
            let live = try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM credential WHERE user = ? AND kind = 'token'
                        AND revoked_at IS NULL AND expires_at > ?
                    """,
                arguments: [token.user, now]
            )
            guard live ?? 0 < countMax else { throw Refusal.tooManyTokens(token.user, countMax) }
            try database.execute(
                sql: """
                    DELETE FROM credential WHERE id IN (SELECT id FROM credential
                        WHERE user = ? AND kind = 'token'
                            AND (revoked_at IS NOT NULL OR expires_at <= ?)
                        ORDER BY created_at DESC, id LIMIT -1 OFFSET ?)
                    """,
                arguments: [token.user, now, countMax]
            )
            try Self.insert(token, database)
            try Self.insert(note, database)
        }
    }

    /// Makes a user's first credential of the bootstrap token, which is gone afterwards.
    func found(
        _ credential: StoredCredential?,
        password: (user: String, hash: PasswordHash)?,
        user: String,
        bootstrap: String,
        now: Int64,
        _ note: AdminNote
    ) throws(Refusal) {
        let hash = password?.hash
        try write { database in
            try database.execute(sql: "DELETE FROM credential WHERE id = ?", arguments: [bootstrap])
            guard database.changesCount == 1 else { throw Refusal.unauthorized }
            if let credential { try Self.insert(credential, database) }
            // Without a password of its own the founder can log in with none: no hash matches.
            let kept = hash ?? PasswordHash(salt: [], hash: [], rounds: 0)
            try Self.insert(kept, of: user, isFounder: true, now: now, database)
            try Self.insert(note, database)
        }
    }

    func credentials(
        of user: String?,
        kind: AdminCredentialKind,
        after id: String,
        limit: Int
    ) throws(Refusal) -> [StoredCredential] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM credential
                    WHERE kind = ? AND id > ? AND (? IS NULL OR user = ?) ORDER BY id LIMIT ?
                    """,
                arguments: [kind.rawValue, id, user, user, limit]
            ).map(StoredCredential.init)
        }
    }

    /// Marks a credential as used, at most once a minute, so that reading stays reading.
    func touch(_ credential: StoredCredential, now: Int64) throws(Refusal) {
        guard now - (credential.lastUsedAt ?? 0) >= 60 else { return }
        try write { database in
            try database.execute(
                sql: "UPDATE credential SET last_used_at = ? WHERE id = ?",
                arguments: [now, credential.id]
            )
        }
    }

    func revoke(_ id: String, now: Int64, _ note: AdminNote) throws(Refusal) {
        try write { database in
            try Self.insert(note, database)
            try database.execute(
                sql: "UPDATE credential SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                arguments: [now, id]
            )
        }
    }

    /// For how long tokens that ended are still listed.
    private static var endedTokenSeconds: Int64 { 90 * 86_400 }

    /// Forgets sessions that ended, tokens that ended long ago, and candidates without an owner.
    func sweep(now: Int64, repetitionSeconds: Int64) throws(Refusal) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM credential WHERE kind = 'session' AND expires_at < ?",
                arguments: [now]
            )
            try database.execute(
                sql:
                    "DELETE FROM credential WHERE min(expires_at, ifnull(revoked_at, expires_at)) < ?",
                arguments: [now - Self.endedTokenSeconds]
            )
            for table in ["candidate", "candidate_level"] {
                try database.execute(
                    sql: "DELETE FROM \(table) WHERE owner NOT IN (SELECT id FROM credential)"
                )
            }
            try database.execute(
                sql: "DELETE FROM login_place WHERE last_at < ?",
                arguments: [now - Self.placeSeconds]
            )
            try database.execute(
                sql: "DELETE FROM repetition WHERE asked_at < ?",
                arguments: [now - repetitionSeconds]
            )
        }
    }

    func password(of user: String) throws(Refusal) -> StoredPassword? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT * FROM password WHERE user = ?",
                arguments: [user]
            ).map { row in
                StoredPassword(
                    hash: PasswordHash(
                        salt: Array(row["salt"] as Data),
                        hash: Array(row["hash"] as Data),
                        rounds: row["rounds"]
                    ),
                    isFounder: row["founder"]
                )
            }
        }
    }

    /// Sets a user's password, which ends all sessions of that user.
    func setPassword(
        _ hash: PasswordHash,
        of user: String,
        now: Int64,
        _ note: AdminNote
    ) throws(Refusal) {
        try write { database in
            try Self.insert(note, database)
            try database.execute(
                sql: "DELETE FROM credential WHERE user = ? AND kind = 'session'",
                arguments: [user]
            )
            let wasFounder = try Bool.fetchOne(
                database,
                sql: "SELECT founder FROM password WHERE user = ?",
                arguments: [user]
            )
            try Self.insert(hash, of: user, isFounder: wasFounder ?? false, now: now, database)
        }
    }

    /// Forgets passwords, tokens and sessions of everybody who is no user any more.
    static func forgetOthers(than users: Set<String>, _ database: Database) throws {
        let known = try String.fetchSet(
            database,
            sql: "SELECT user FROM password UNION SELECT user FROM credential"
        )
        for user in known.subtracting(users) {
            try database.execute(sql: "DELETE FROM password WHERE user = ?", arguments: [user])
            try database.execute(sql: "DELETE FROM credential WHERE user = ?", arguments: [user])
            try database.execute(sql: "DELETE FROM login_place WHERE user = ?", arguments: [user])
        }
    }

    /// Users who can get in with all of their role: by a password, or by a token that has it.
    func usersWithAccess(now: Int64) throws(Refusal) -> Set<String> {
        try read { database in
            try String.fetchSet(
                database,
                sql: """
                    SELECT user FROM password WHERE rounds > 0
                    UNION SELECT user FROM credential WHERE kind = 'token' AND revoked_at IS NULL AND expires_at > ?
                        AND (role IS NULL OR role = 'admin') AND scopes IS NULL
                    """,
                arguments: [now]
            )
        }
    }

    /// Keeps a bootstrap token in the place of an earlier one, unless somebody has or had access.
    func begin(with bootstrap: StoredCredential) throws(Refusal) -> Bool {
        try write { database in
            let others = try Int.fetchOne(
                database,
                sql: """
                    SELECT (SELECT count(*) FROM credential WHERE kind != 'bootstrap')
                        + (SELECT count(*) FROM password) + (SELECT count(*) FROM published)
                    """
            )
            guard others == 0 else { return false }
            try database.execute(sql: "DELETE FROM credential WHERE kind = 'bootstrap'")
            try Self.insert(bootstrap, database)
            return true
        }
    }

    static func insert(_ credential: StoredCredential, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO credential (id, kind, digest, user, name, role, scopes, created_at,
                    expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                credential.id, credential.kind.rawValue, Data(credential.digest), credential.user,
                credential.name, credential.role?.rawValue,
                credential.scopes?.ordered.map(\.rawValue).joined(separator: " "),
                credential.createdAt, credential.expiresAt,
            ]
        )
    }

    private static func insert(
        _ hash: PasswordHash,
        of user: String,
        isFounder: Bool,
        now: Int64,
        _ database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO password (user, salt, hash, rounds, founder, changed_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                user, Data(hash.salt), Data(hash.hash), hash.rounds, isFounder, now,
            ]
        )
    }
}
