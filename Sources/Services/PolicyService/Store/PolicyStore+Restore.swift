// What a backup must not bring back by itself: deadlines that may have been kept since, one-time tokens
// that may be spent, gateways that may be revoked. Nobody can tell from the copy which of them were,
// so the first two end, and whoever restores names the gateways that stay.

public import ClawgressContract
import ClawgressDaemon
import Foundation
import GRDB

/// Which gateways of a copy stay enrolled.
public enum RestoredGateways: Sendable, Equatable {
    /// Nothing was said, which is enough for a copy that has none.
    case unsaid
    /// All that are enrolled in the copy.
    case all
    /// None: each must be enrolled again.
    case nobody
    /// These, and no other.
    case only(Set<String>)
}

/// What a restore has ended in the copy, and what it has left.
public struct RestoredPolicy: Sendable, Equatable {
    /// The newest time in the copy, in seconds since 1970 UTC; nil for a copy in which nothing happened.
    public let newest: Int64?
    /// The gateways that stay enrolled.
    public let kept: [String]
    /// The gateways that were enrolled in the copy and are revoked now.
    public let revoked: [String]
    /// How many one-time tokens ended that nobody had used.
    public let tokens: Int
    /// The bundle that waited to be confirmed: its deadline is over, and nothing follows from that.
    public let unconfirmed: BundleReference?
    /// Attempts that were not decided: they are aborted.
    public let aborted: [BundleReference]
    /// The bundle that is in force in the copy; nil if nothing was ever decided.
    public let latest: BundleReference?

    /// What to tell whoever restores, one line each: nothing of it is secret.
    public var advice: [String] {
        var lines: [String] = []
        if let newest { lines.append("the newest entry of the copy is of \(Self.text(newest))") }
        if !kept.isEmpty {
            lines.append(
                "enrolled as in the copy: \(Self.list(kept)); `clawgress gateway remove` again whoever "
                    + "was removed since"
            )
        }
        if !revoked.isEmpty { lines.append("revoked now: \(Self.list(revoked))") }
        lines.append("a gateway that was enrolled since must be enrolled again")
        if tokens > 0 { lines.append("enrolment tokens that ended unused: \(tokens)") }
        for bundle in aborted { lines.append("aborted \(bundle.place), which was not decided") }
        if let unconfirmed {
            lines.append(
                "\(unconfirmed.place) waited to be confirmed: that is over, and nothing is reverted"
            )
        }
        if let latest {
            lines.append(
                "\(latest.place) is in force for gateways that have nothing newer: commit what is to be"
            )
        }
        lines.append("run `clawgress-policy raise-epoch` before the service starts")
        return lines
    }

    static func list(_ gateways: [String]) -> String {
        gateways.map { "`\($0)`" }.joined(separator: ", ")
    }

    static func text(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).ISO8601Format()
    }
}

extension PolicyStore {
    /// Ends in a copy what must not come back by itself.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    /// - Throws: `StartRefusal` if it is not said which gateways stay, or one is named that is not there.
    static func amend(
        _ copy: Database,
        keeping wish: RestoredGateways,
        now: Int64
    ) throws -> RestoredPolicy {
        let newest = try newestTime(in: copy)
        let (kept, revoked) = try choose(wish, newest: newest, in: copy)
        for gatewayID in revoked {
            try copy.execute(
                sql: "UPDATE gateways SET revoked_at = ? WHERE gateway = ?",
                arguments: [now, gatewayID]
            )
        }
        let tokens = try Int.fetchOne(
            copy,
            sql: "SELECT count(*) FROM enrolment_tokens WHERE used_at IS NULL AND expires_at > ?",
            arguments: [now]
        )
        try copy.execute(sql: "DELETE FROM enrolment_tokens")
        let unconfirmed = try unconfirmed(in: copy)?.bundle
        try copy.execute(
            sql: """
                UPDATE publications SET restored_at = ?
                WHERE confirm_by IS NOT NULL AND concluded_by IS NULL
                """,
            arguments: [now]
        )
        let recovery = CommitRecovery(try attempts(in: copy))
        for bundle in recovery.undecided { try abort(bundle, at: now, rollout: [], in: copy) }
        return RestoredPolicy(
            newest: newest,
            kept: kept,
            revoked: revoked,
            tokens: tokens ?? 0,
            unconfirmed: unconfirmed,
            aborted: recovery.undecided,
            latest: recovery.latest
        )
    }

    private static func newestTime(in copy: Database) throws -> Int64? {
        try Int64.fetchOne(
            copy,
            sql: """
                SELECT max(at) FROM (
                    SELECT max(created_at) AS at FROM publications
                    UNION ALL SELECT max(decided_at) FROM publications
                    UNION ALL SELECT max(enrolled_at) FROM gateways
                    UNION ALL SELECT max(last_heard) FROM gateways
                    UNION ALL SELECT max(revoked_at) FROM gateways
                )
                """
        )
    }

    private static func choose(
        _ wish: RestoredGateways,
        newest: Int64?,
        in copy: Database
    ) throws -> (kept: [String], revoked: [String]) {
        let enrolled = try String.fetchAll(
            copy,
            sql: "SELECT gateway FROM gateways WHERE revoked_at IS NULL ORDER BY gateway"
        )
        switch wish {
        case .all: return (enrolled, [])
        case .nobody: return ([], enrolled)
        case .only(let named):
            let unknown = named.subtracting(enrolled).sorted()
            guard unknown.isEmpty else {
                throw StartRefusal(
                    "no such gateway is enrolled in the copy: \(RestoredPolicy.list(unknown))"
                )
            }
            return (enrolled.filter(named.contains), enrolled.filter { !named.contains($0) })
        case .unsaid:
            guard !enrolled.isEmpty else { return ([], []) }
            let date = newest.map { " of \(RestoredPolicy.text($0))" } ?? ""
            throw StartRefusal(
                "the copy\(date) cannot say which of its gateways were revoked since: name those that "
                    + "stay with `--gateway`, or give `--all-gateways` or `--no-gateways`; it has "
                    + RestoredPolicy.list(enrolled)
            )
        }
    }
}
