// Candidates as they are kept: the revision they began from and the steps since, so that an edit
// writes its own lines and not the configuration.

import Foundation
import GRDB

/// One step of a candidate.
enum CandidateStep: Sendable {
    /// Lines of edits.
    case edits(String)
    /// The canonical text of a configuration, which replaces everything.
    case tree([UInt8])

    var kind: String {
        switch self {
        case .edits: "edits"
        case .tree: "tree"
        }
    }

    /// Of what it is kept as.
    var byteCount: Int {
        switch self {
        case .edits(let text): text.utf8.count
        case .tree(let bytes): bytes.count
        }
    }

    var body: [UInt8] {
        switch self {
        case .edits(let text): Array(text.utf8)
        case .tree(let bytes): bytes
        }
    }

    init(kind: String, body: [UInt8]) {
        self = kind == "tree" ? .tree(body) : .edits(String(decoding: body, as: UTF8.self))
    }
}

/// A candidate without its content.
struct StoredCandidate: Sendable {
    var owner: String
    var nonce: String
    var base: String
    var version: Int64
    var staged: String?
    var stagedVersion: Int64?
}

extension AdminStore {
    func candidate(
        of owner: String
    ) throws(Refusal) -> (candidate: StoredCandidate, steps: [CandidateStep])? {
        try read { database in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM candidate WHERE owner = ?",
                    arguments: [owner]
                )
            else { return nil }
            let steps = try Row.fetchAll(
                database,
                sql: "SELECT kind, body FROM candidate_step WHERE owner = ? ORDER BY number",
                arguments: [owner]
            ).map { CandidateStep(kind: $0["kind"], body: Array($0["body"] as Data)) }
            let candidate = StoredCandidate(
                owner: owner,
                nonce: row["nonce"],
                base: row["base"],
                version: row["version"],
                staged: row["staged"],
                stagedVersion: row["staged_version"]
            )
            return (candidate, steps)
        }
    }

    /// Keeps a candidate with one step more; a step that replaces everything is the only one.
    ///
    /// - Parameter bytesMax: what all candidates of its owner's user may have together.
    /// - Throws: 409; nothing is kept then.
    func keep(
        _ candidate: StoredCandidate,
        step: CandidateStep,
        bytesMax: Int
    ) throws(Refusal) {
        try write { database in
            try Self.insert(candidate, database)
            if case .tree = step {
                try database.execute(
                    sql: "DELETE FROM candidate_step WHERE owner = ?",
                    arguments: [candidate.owner]
                )
            }
            try database.execute(
                sql: "INSERT INTO candidate_step (owner, number, kind, body) VALUES (?, ?, ?, ?)",
                arguments: [candidate.owner, candidate.version, step.kind, Data(step.body)]
            )
            let isWhole = step.kind == "tree"
            try database.execute(
                sql:
                    "UPDATE candidate SET bytes = ? + CASE WHEN ? THEN 0 ELSE bytes END WHERE owner = ?",
                arguments: [step.byteCount, isWhole, candidate.owner]
            )
            let total = try Int.fetchOne(
                database,
                sql: """
                    SELECT sum(candidate.bytes) FROM candidate
                    JOIN credential ON credential.id = candidate.owner
                    WHERE user = (SELECT user FROM credential WHERE id = ?)
                    """,
                arguments: [candidate.owner]
            )
            guard total ?? 0 <= bytesMax else { throw Refusal.candidatesTooLarge(bytesMax) }
        }
    }

    /// Keeps what was staged of a candidate.
    func keep(_ candidate: StoredCandidate) throws(Refusal) {
        try write { try Self.insert(candidate, $0) }
    }

    private static func insert(_ candidate: StoredCandidate, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO candidate (owner, nonce, base, version, staged, staged_version)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (owner) DO UPDATE SET nonce = excluded.nonce,
                    base = excluded.base, version = excluded.version,
                    staged = excluded.staged, staged_version = excluded.staged_version
                """,
            arguments: [
                candidate.owner, candidate.nonce, candidate.base, candidate.version,
                candidate.staged, candidate.stagedVersion,
            ]
        )
    }

    /// - Parameter keepsLevel: whether its owner stays where they are.
    func discardCandidate(of owner: String, keepsLevel: Bool) throws(Refusal) {
        try write { database in
            for table in keepsLevel ? ["candidate"] : ["candidate", "candidate_level"] {
                try database.execute(
                    sql: "DELETE FROM \(table) WHERE owner = ?",
                    arguments: [owner]
                )
            }
        }
    }
}
