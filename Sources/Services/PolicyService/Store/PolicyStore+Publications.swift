// Publications: the serial, the attempt, the decision. Each function is one transaction.

public import ClawgressContract
import Foundation
import GRDB

/// An attempt that is about to be made.
public struct NewPublication: Sendable, Equatable {
    /// The id of the request that made it.
    public var requestID: String
    /// Why there is one.
    public var kind: Publication.Kind
    /// Place and content.
    public var bundle: BundleReference
    /// A line for people.
    public var comment: String?
    /// Until when it must be confirmed, in seconds since 1970 UTC.
    public var confirmBy: Int64?
    /// Now, in seconds since 1970 UTC.
    public var createdAt: Int64

    /// Describes an attempt.
    public init(
        requestID: String,
        kind: Publication.Kind,
        bundle: BundleReference,
        comment: String? = nil,
        confirmBy: Int64? = nil,
        createdAt: Int64
    ) {
        self.requestID = requestID
        self.kind = kind
        self.bundle = bundle
        self.comment = comment
        self.confirmBy = confirmBy
        self.createdAt = createdAt
    }
}

extension PolicyStore {
    /// The next serial of the newest epoch; never given again, whatever becomes of it.
    public func takeSerial() async throws(PolicyStoreError) -> (epoch: Int64, serial: Int64) {
        try await write { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    UPDATE epochs SET next_serial = next_serial + 1
                    WHERE epoch = (SELECT max(epoch) FROM epochs)
                    RETURNING epoch, next_serial - 1
                    """
            )
            guard let row else { throw PolicyStoreError(reason: "there is no epoch") }
            return (row[0], row[1])
        }
    }

    /// Keeps an attempt as `preparing`, with its signed bundle; or answers false and keeps nothing
    /// if its request was withdrawn.
    public func begin(
        _ new: NewPublication,
        jws: [UInt8]
    ) async throws(PolicyStoreError) -> Bool {
        try await write { database in
            let isWithdrawn = try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM withdrawn WHERE request_id = ?)",
                arguments: [new.requestID]
            )
            guard isWithdrawn != true else { return false }
            try database.execute(
                sql: """
                    INSERT INTO publications
                    (request_id, kind, epoch, serial, revision, state, comment, created_at,
                     confirm_by, previous)
                    VALUES (?, ?, ?, ?, ?, 'preparing', ?, ?, ?,
                        (SELECT id FROM publications WHERE state = 'decided'
                         ORDER BY epoch DESC, serial DESC LIMIT 1))
                    """,
                arguments: [
                    new.requestID, new.kind.rawValue, new.bundle.epoch, new.bundle.serial,
                    new.bundle.revision, new.comment, new.createdAt, new.confirmBy,
                ]
            )
            try database.execute(
                sql: "INSERT INTO bundles (publication, jws) VALUES (?, ?)",
                arguments: [database.lastInsertedRowID, Data(jws)]
            )
            return true
        }
    }

    /// How long a withdrawal is kept, in seconds; no request is under way for that long.
    private static var withdrawalSeconds: Int64 { 7 * 86_400 }

    /// Withdraws a request that has made no publication, or answers the one that it made.
    ///
    /// It may be under way: it is being read or compiled, or lies in a socket. When this has
    /// answered nil, nothing comes of it any more, also behind a restart.
    public func withdraw(
        _ requestID: String,
        at now: Int64
    ) async throws(PolicyStoreError) -> Publication? {
        try await write { database in
            let made = try Self.publications("WHERE request_id = ?", [requestID], in: database)
            if let publication = made.first { return publication }
            try database.execute(
                sql: "DELETE FROM withdrawn WHERE at < ?",
                arguments: [now - Self.withdrawalSeconds]
            )
            try database.execute(
                sql: "INSERT OR IGNORE INTO withdrawn (request_id, at) VALUES (?, ?)",
                arguments: [requestID, now]
            )
            return nil
        }
    }

    /// The decision point: when this returns, the bundle is what every gateway is to serve.
    ///
    /// It also concludes whatever waited for a confirmation, and drops bundles that nobody will
    /// ask for again.
    public func decide(
        _ bundle: BundleReference,
        at now: Int64,
        rollout: [RolloutEntry],
        bundlesKept: Int
    ) async throws(PolicyStoreError) {
        try await write { database in
            let id = try Self.settle(bundle, "decided", at: now, rollout, in: database)
            try database.execute(
                sql: """
                    UPDATE publications SET concluded_by = ?
                    WHERE state = 'decided' AND confirm_by IS NOT NULL
                    AND concluded_by IS NULL AND restored_at IS NULL AND id <> ?
                    """,
                arguments: [bundle.serial, id]
            )
            try database.execute(
                sql: """
                    DELETE FROM bundles WHERE publication NOT IN
                    (SELECT id FROM publications WHERE state = 'decided'
                     ORDER BY epoch DESC, serial DESC LIMIT ?)
                    AND publication <> ifnull((\(Self.newestConfirmed)), 0)
                    """,
                arguments: [max(2, bundlesKept)]
            )
        }
    }

    /// Records that nothing came of an attempt.
    public func abort(
        _ bundle: BundleReference,
        at now: Int64,
        rollout: [RolloutEntry]
    ) async throws(PolicyStoreError) {
        try await write { database in
            try Self.abort(bundle, at: now, rollout: rollout, in: database)
        }
    }

    static func abort(
        _ bundle: BundleReference,
        at now: Int64,
        rollout: [RolloutEntry],
        in database: Database
    ) throws {
        let id = try settle(bundle, "aborted", at: now, rollout, in: database)
        try database.execute(
            sql: "DELETE FROM bundles WHERE publication = ?",
            arguments: [id]
        )
    }

    private static func settle(
        _ bundle: BundleReference,
        _ state: String,
        at now: Int64,
        _ rollout: [RolloutEntry],
        in database: Database
    ) throws -> Int64 {
        let id = try Int64.fetchOne(
            database,
            sql: """
                UPDATE publications SET state = ?, decided_at = ?
                WHERE epoch = ? AND serial = ? AND state = 'preparing' RETURNING id
                """,
            arguments: [state, now, bundle.epoch, bundle.serial]
        )
        guard let id else {
            throw PolicyStoreError(reason: "nothing is prepared under \(bundle.place)")
        }
        for entry in rollout { try write(entry, of: id, in: database) }
        return id
    }

    private static func write(_ entry: RolloutEntry, of id: Int64, in database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO rollout VALUES (?, ?, ?, ?, ?)",
            arguments: [id, entry.gatewayID, entry.state, entry.code, entry.reason]
        )
    }

    /// Records how far a gateway is with a decided bundle.
    public func note(
        _ entry: RolloutEntry,
        of bundle: BundleReference
    ) async throws(PolicyStoreError) {
        try await write { database in
            let id = try Int64.fetchOne(
                database,
                sql: "SELECT id FROM publications WHERE epoch = ? AND serial = ?",
                arguments: [bundle.epoch, bundle.serial]
            )
            if let id { try Self.write(entry, of: id, in: database) }
        }
    }
}
