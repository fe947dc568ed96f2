// What is asked of the publications that were kept.

public import ClawgressContract
import Foundation
import GRDB

extension PolicyStore {
    /// The publication that a request made; nil if it made none.
    public func publication(
        requestID: String
    ) async throws(PolicyStoreError) -> Publication? {
        try await read { database in
            try Self.publications(
                "WHERE request_id = ?",
                [requestID],
                in: database
            ).first
        }
    }

    /// The publication at a place.
    public func publication(
        epoch: Int64,
        serial: Int64
    ) async throws(PolicyStoreError) -> Publication? {
        try await read { database in
            try Self.publications(
                "WHERE epoch = ? AND serial = ?",
                [epoch, serial],
                in: database
            ).first
        }
    }

    /// Publications, newest first.
    ///
    /// - Parameters:
    ///   - before: the `publication_id` behind which the page begins; nil for the newest.
    ///   - state: only those that are so far; nil for all.
    public func publications(
        before: (epoch: Int64, serial: Int64)?,
        state: Publication.State? = nil,
        limit: Int
    ) async throws(PolicyStoreError) -> [Publication] {
        let order = "ORDER BY epoch DESC, serial DESC LIMIT ?"
        return try await read { database in
            var arguments: StatementArguments = [
                before?.epoch ?? Int64.max, before?.serial ?? Int64.max,
            ]
            var condition = "WHERE (epoch, serial) < (?, ?)"
            if let state {
                condition += " AND state = ?"
                arguments += [state.rawValue]
            }
            arguments += [limit]
            return try Self.publications("\(condition) \(order)", arguments, in: database)
        }
    }

    /// Every attempt that a restart has to know of: the newest decided, and the undecided.
    public func attempts() async throws(PolicyStoreError) -> [CommitRecovery.Attempt] {
        try await read { database in try Self.attempts(in: database) }
    }

    static func attempts(in database: Database) throws -> [CommitRecovery.Attempt] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT epoch, serial, revision, state FROM publications
                WHERE state = 'preparing' OR id =
                (SELECT id FROM publications WHERE state = 'decided'
                 ORDER BY epoch DESC, serial DESC LIMIT 1)
                """
        ).map { row in
            CommitRecovery.Attempt(
                reference(row),
                Publication.State(rawValue: row["state"]) ?? .aborted
            )
        }
    }

    /// The decided publication that must still be confirmed, and the newest bundle before it that
    /// need not be: of several in a row with a deadline, what the first one replaced.
    public func unconfirmed() async throws(PolicyStoreError) -> Unconfirmed? {
        try await read { database in try Self.unconfirmed(in: database) }
    }

    static func unconfirmed(in database: Database) throws -> Unconfirmed? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT now.epoch, now.serial, now.revision, now.confirm_by,
                before.epoch AS before_epoch, before.serial AS before_serial,
                before.revision AS before_revision
                FROM publications AS now JOIN publications AS before
                ON before.id = (\(newestConfirmed))
                WHERE now.state = 'decided' AND now.confirm_by IS NOT NULL
                AND now.concluded_by IS NULL AND now.restored_at IS NULL
                ORDER BY now.epoch DESC, now.serial DESC LIMIT 1
                """
        )
        return row.map { row in
            Unconfirmed(
                bundle: reference(row),
                previous: BundleReference(
                    epoch: row["before_epoch"],
                    serial: row["before_serial"],
                    revision: row["before_revision"]
                ),
                confirmBy: row["confirm_by"]
            )
        }
    }

    /// The newest publication that stays without anybody's confirmation, or has one.
    static var newestConfirmed: String {
        """
        SELECT id FROM publications WHERE state = 'decided' AND confirm_by IS NULL
        ORDER BY epoch DESC, serial DESC LIMIT 1
        """
    }

    /// The signed bundle at a place; nil if there is none or it was dropped.
    public func bundle(
        epoch: Int64,
        serial: Int64
    ) async throws(PolicyStoreError) -> [UInt8]? {
        try await read { database in
            try Data.fetchOne(
                database,
                sql: """
                    SELECT jws FROM bundles JOIN publications ON id = publication
                    WHERE epoch = ? AND serial = ?
                    """,
                arguments: [epoch, serial]
            ).map { Array($0) }
        }
    }

    static func publications(
        _ condition: String,
        _ arguments: StatementArguments,
        in database: Database
    ) throws -> [Publication] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT *, (SELECT earlier.epoch || '.' || earlier.serial
                    FROM publications AS earlier WHERE earlier.id = publications.previous)
                    AS previous_id
                FROM publications \(condition)
                """,
            arguments: arguments
        )
        return try rows.map { try publication($0, in: database) }
    }

    /// One column at a time: the compiler finds their types much sooner.
    private static func publication(_ row: Row, in database: Database) throws -> Publication {
        let id: Int64 = row["id"]
        let requestID: String = row["request_id"]
        let kind: String = row["kind"]
        let state: String = row["state"]
        let comment: String? = row["comment"]
        let createdAt: Int64 = row["created_at"]
        let decidedAt: Int64? = row["decided_at"]
        let confirmBy: Int64? = row["confirm_by"]
        let concludedBy: Int64? = row["concluded_by"]
        let previous: String? = row["previous_id"]
        return Publication(
            requestID: requestID,
            reference: reference(row),
            kind: Publication.Kind(rawValue: kind) ?? .publication,
            state: Publication.State(rawValue: state) ?? .aborted,
            comment: comment,
            createdAt: createdAt,
            decidedAt: decidedAt,
            confirmBy: confirmBy,
            concludedBy: concludedBy,
            previous: previous,
            rollout: try rollout(of: id, in: database)
        )
    }

    private static func rollout(of id: Int64, in database: Database) throws -> [RolloutEntry] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM rollout WHERE publication = ? ORDER BY gateway",
            arguments: [id]
        ).map { row in
            RolloutEntry(
                gatewayID: row["gateway"],
                state: row["state"],
                code: row["code"],
                reason: row["reason"]
            )
        }
    }

    private static func reference(_ row: Row) -> BundleReference {
        BundleReference(epoch: row["epoch"], serial: row["serial"], revision: row["revision"])
    }
}

/// A decided publication that is reverted unless somebody confirms it.
public struct Unconfirmed: Sendable, Equatable {
    /// The bundle in question.
    public var bundle: BundleReference
    /// What comes back.
    public var previous: BundleReference
    /// When, in seconds since 1970 UTC.
    public var confirmBy: Int64
}
