// Gateways, the tokens that make one, and the key sets that they are given.

public import ClawgressBundle
import Foundation
import GRDB

/// What is kept of a gateway.
public struct GatewayRecord: Sendable, Equatable {
    /// Its id.
    public var gatewayID: String
    /// The digest of the one certificate that it may show.
    public var certificate: String
    /// When that ends, in seconds since 1970 UTC.
    public var certificateEnds: Int64
    /// When it was enrolled, in seconds since 1970 UTC.
    public var enrolledAt: Int64
    /// Whether it was taken out of commits.
    public var maintenance = false
    /// When it was heard from last, about; in seconds since 1970 UTC.
    public var lastHeard: Int64?

    /// Describes a gateway.
    public init(
        gatewayID: String,
        certificate: String,
        certificateEnds: Int64,
        enrolledAt: Int64
    ) {
        self.gatewayID = gatewayID
        self.certificate = certificate
        self.certificateEnds = certificateEnds
        self.enrolledAt = enrolledAt
    }
}

extension PolicyStore {
    /// The gateways that are enrolled and not revoked, by their ids.
    public func gateways() async throws(PolicyStoreError) -> [GatewayRecord] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM gateways WHERE revoked_at IS NULL ORDER BY gateway"
            ).map { row in
                var record = GatewayRecord(
                    gatewayID: row["gateway"],
                    certificate: row["certificate"],
                    certificateEnds: row["certificate_ends"],
                    enrolledAt: row["enrolled_at"]
                )
                record.maintenance = row["maintenance"]
                record.lastHeard = row["last_heard"]
                return record
            }
        }
    }

    /// Sets or ends maintenance.
    public func setMaintenance(
        _ gatewayID: String,
        _ maintenance: Bool
    ) async throws(PolicyStoreError) {
        try await write { database in
            try database.execute(
                sql: "UPDATE gateways SET maintenance = ? WHERE gateway = ?",
                arguments: [maintenance, gatewayID]
            )
        }
    }

    /// Revokes a gateway and withdraws the tokens for it that nobody has used; the row stays, so that
    /// the certificate stays known as revoked.
    ///
    /// - Returns: false if there was nothing to revoke and nothing to withdraw.
    @discardableResult
    public func revoke(_ gatewayID: String, at now: Int64) async throws(PolicyStoreError) -> Bool {
        try await write { database in
            try database.execute(
                sql: "UPDATE gateways SET revoked_at = ? WHERE gateway = ? AND revoked_at IS NULL",
                arguments: [now, gatewayID]
            )
            let revoked = database.changesCount
            try database.execute(
                sql: "DELETE FROM enrolment_tokens WHERE gateway = ? AND used_at IS NULL",
                arguments: [gatewayID]
            )
            return revoked + database.changesCount > 0
        }
    }

    /// Keeps when gateways were heard from, so that a restart knows who is required.
    public func noteHeard(_ times: [String: Int64]) async throws(PolicyStoreError) {
        try await write { database in
            for (gatewayID, time) in times {
                try database.execute(
                    sql: "UPDATE gateways SET last_heard = ? WHERE gateway = ?",
                    arguments: [time, gatewayID]
                )
            }
        }
    }

    /// Keeps the digest of a token, and forgets those that have expired and those that were made for the
    /// same gateway before: whoever asks for another has lost the first, or somebody has found it.
    public func add(
        _ token: EnrolmentSecret,
        for gatewayID: String,
        expiresAt: Int64,
        at now: Int64
    ) async throws(PolicyStoreError) {
        let (id, digest) = (token.id, token.digest)
        try await write { database in
            try database.execute(
                sql: "DELETE FROM enrolment_tokens WHERE expires_at <= ? OR gateway = ?",
                arguments: [now, gatewayID]
            )
            try database.execute(
                sql: """
                    INSERT INTO enrolment_tokens (id, digest, gateway, expires_at)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [id, Data(digest), gatewayID, expiresAt]
            )
        }
    }

    /// Whether a token opens the door for a gateway now; changes nothing.
    public func accepts(
        _ token: EnrolmentSecret,
        for gatewayID: String,
        at now: Int64
    ) async throws(PolicyStoreError) -> Bool {
        try await read { database in try Self.accepts(token, gatewayID, now, in: database) }
    }

    /// Uses up a token and enrols its gateway, or does neither and answers false.
    public func enrol(
        _ record: GatewayRecord,
        with token: EnrolmentSecret,
        at now: Int64
    ) async throws(PolicyStoreError) -> Bool {
        try await write { database in
            guard try Self.accepts(token, record.gatewayID, now, in: database) else {
                return false
            }
            try database.execute(
                sql: "UPDATE enrolment_tokens SET used_at = ? WHERE id = ?",
                arguments: [now, token.id]
            )
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO gateways
                    (gateway, certificate, certificate_ends, enrolled_at) VALUES (?, ?, ?, ?)
                    """,
                arguments: [
                    record.gatewayID, record.certificate, record.certificateEnds,
                    record.enrolledAt,
                ]
            )
            return true
        }
    }

    private static func accepts(
        _ token: EnrolmentSecret,
        _ gatewayID: String,
        _ now: Int64,
        in database: Database
    ) throws -> Bool {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT digest FROM enrolment_tokens
                WHERE id = ? AND gateway = ? AND expires_at > ? AND used_at IS NULL
                """,
            arguments: [token.id, gatewayID, now]
        )
        guard let row else { return false }
        let digest: Data = row["digest"]
        return token.matches(Array(digest))
    }
}

extension PolicyStore {
    /// Keeps a key set, and opens the epoch that it allows.
    public func add(_ keySet: KeySet, jws: String) async throws(PolicyStoreError) {
        let (version, epoch) = (keySet.version, keySet.epoch)
        try await write { database in
            try database.execute(
                sql: "INSERT OR IGNORE INTO key_sets (version, jws) VALUES (?, ?)",
                arguments: [version, jws]
            )
            try database.execute(
                sql: "INSERT OR IGNORE INTO epochs (epoch, next_serial) VALUES (?, 1)",
                arguments: [epoch]
            )
        }
    }

    /// The newest key set that was ever kept, as the root key signed it.
    public func newestKeySet() async throws(PolicyStoreError) -> String? {
        try await read { database in
            try String.fetchOne(
                database,
                sql: "SELECT jws FROM key_sets ORDER BY version DESC LIMIT 1"
            )
        }
    }
}
