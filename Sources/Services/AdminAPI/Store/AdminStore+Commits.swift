// Commits, each kept before the policy service is asked, so that a crash between asking and
// hearing leaves a question that can be asked again and not a doubt.

import ClawgressAudit
import ClawgressContract
import Foundation
import GRDB

/// A commit as it is kept.
struct StoredCommit: Sendable {
    var number: Int64 = 0
    var id: String
    var state: CommitAnswer.State
    /// What it is in the audit trail: a commit, or one that confirms or takes back another.
    var action = AdminAction.commit
    var revision: String
    var epoch: Int64?
    var serial: Int64?
    var askedAt: Int64
    var decidedAt: Int64?
    var confirmBy: Int64?
    /// The id of the unconfirmed commit that this one ends, and does not keep.
    var takesBack: String?
    var actor: String
    /// The role in which the actor acted; nil for the control plane by itself.
    var role: AdminRole?
    var source: String
    var credential: String
    var comment: String?
    var summary: String
    var rollout: [RolloutEntry] = []
}

extension StoredCommit {
    init(_ row: Row) throws {
        number = row["number"]
        id = row["id"]
        state = CommitAnswer.State(rawValue: row["state"]) ?? .pending
        action = AdminAction(name: row["action"]) ?? .commit
        revision = row["revision"]
        epoch = row["epoch"]
        serial = row["serial"]
        askedAt = row["asked_at"]
        decidedAt = row["decided_at"]
        confirmBy = row["confirm_by"]
        takesBack = row["takes_back"]
        actor = row["actor"]
        role = (row["role"] as String?).flatMap(AdminRole.init(rawValue:))
        source = row["source"]
        credential = row["credential"]
        comment = row["comment"]
        summary = row["summary"]
        rollout = try JSONDecoder().decode([RolloutEntry].self, from: row["rollout"] as Data)
    }
}

extension AdminStore {
    func add(_ commit: StoredCommit) throws(Refusal) {
        try write { try Self.insert(commit, $0) }
    }

    /// Keeps what became of a commit and, if it was decided, that its revision is in force.
    ///
    /// - Parameters:
    ///   - previous: the `publication_id` whose content was taken back, if it is that.
    ///   - users: all there are, so that later ones of the others' names are not they.
    ///   - keys: those that cannot be used any more because of it.
    func settle(
        _ commit: StoredCommit,
        event: AdminNote?,
        takingBack previous: String? = nil,
        keepingUsers users: Set<String>? = nil,
        endedKeys keys: [StoppedAccess.Key] = []
    ) throws(Refusal) {
        try write { database in
            if let users { try Self.forgetOthers(than: users, database) }
            try database.execute(
                sql: """
                    UPDATE commit_record SET state = ?, epoch = ?, serial = ?, decided_at = ?,
                        confirm_by = ?, rollout = ? WHERE id = ?
                    """,
                arguments: [
                    commit.state.rawValue, commit.epoch, commit.serial, commit.decidedAt,
                    commit.confirmBy, try JSONEncoder().encode(commit.rollout), commit.id,
                ]
            )
            if database.changesCount == 0 { try Self.insert(commit, database) }
            if commit.state == .decided {
                try Self.succeed(commit, takingBack: previous, database)
                try Self.publish(commit, database)
                try Self.note(ended: keys, database)
            }
            if let event { try Self.insert(event, database) }
        }
    }

    /// Ends the wait for confirmation of whatever was in force before `commit`; where that has to be
    /// confirmed itself, the others wait with it.
    private static func succeed(
        _ commit: StoredCommit,
        takingBack previous: String?,
        _ database: Database
    ) throws {
        if previous != nil || commit.takesBack != nil {
            try database.execute(
                sql: """
                    UPDATE commit_record SET state = 'reverted'
                    WHERE state = 'decided' AND id != ? AND (epoch || '.' || serial = ?
                        OR confirm_by IS NOT NULL AND revision != ?)
                    """,
                arguments: [commit.id, previous, commit.revision]
            )
        }
        try database.execute(
            sql: """
                UPDATE commit_record SET confirm_by = ?
                WHERE state = 'decided' AND confirm_by IS NOT NULL AND id != ?
                """,
            arguments: [commit.confirmBy, commit.id]
        )
    }

    func commit(_ id: String) throws(Refusal) -> StoredCommit? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT * FROM commit_record WHERE id = ?",
                arguments: [id]
            ).map(StoredCommit.init)
        }
    }

    /// Newest first.
    func commits(before number: Int64, limit: Int) throws(Refusal) -> [StoredCommit] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM commit_record WHERE number < ? ORDER BY number DESC LIMIT ?",
                arguments: [number, limit]
            ).map(StoredCommit.init)
        }
    }

    /// Those that the policy service was asked for without an answer.
    func pendingCommits() throws(Refusal) -> [StoredCommit] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM commit_record WHERE state = 'pending' ORDER BY number"
            ).map(StoredCommit.init)
        }
    }

    /// The newest commit that is in force and must be confirmed.
    func unconfirmed() throws(Refusal) -> StoredCommit? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT * FROM commit_record WHERE state = 'decided'
                    ORDER BY number DESC LIMIT 1
                    """
            ).map(StoredCommit.init)
        }.flatMap { $0.confirmBy == nil ? nil : $0 }
    }

    /// The revision that comes back if nobody confirms what is in force: that of the newest commit
    /// that needs no confirmation, or has one.
    func confirmedRevision() throws(Refusal) -> String? {
        try read { database in
            try String.fetchOne(
                database,
                sql: "SELECT revision FROM commit_record WHERE number = (\(Self.newestConfirmed))"
            )
        }
    }

    /// The number of that commit.
    static var newestConfirmed: String {
        "SELECT max(number) FROM commit_record WHERE state = 'decided' AND confirm_by IS NULL"
    }

    private static func publish(_ commit: StoredCommit, _ database: Database) throws {
        let newest = try String.fetchOne(
            database,
            sql: "SELECT revision FROM published ORDER BY number DESC LIMIT 1"
        )
        // The same content again, as after a confirmation, is no step back to roll over.
        if newest == commit.revision {
            try database.execute(
                sql: """
                    UPDATE published SET epoch = ?, serial = ?
                    WHERE number = (SELECT max(number) FROM published)
                    """,
                arguments: [commit.epoch, commit.serial]
            )
            return
        }
        try database.execute(
            sql: "INSERT INTO published (revision, epoch, serial) VALUES (?, ?, ?)",
            arguments: [commit.revision, commit.epoch, commit.serial]
        )
    }

    private static func insert(_ commit: StoredCommit, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO commit_record (id, state, action, revision, epoch, serial, asked_at,
                    decided_at, confirm_by, takes_back, actor, role, source, credential, comment,
                    summary, rollout)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                commit.id, commit.state.rawValue, "\(commit.action.name)", commit.revision,
                commit.epoch, commit.serial,
                commit.askedAt, commit.decidedAt, commit.confirmBy, commit.takesBack, commit.actor,
                commit.role?.rawValue, commit.source,
                commit.credential, commit.comment, commit.summary,
                try JSONEncoder().encode(commit.rollout),
            ]
        )
    }
}
