// Revisions: whole configurations, named by their content and never changed.

import Foundation
import GRDB

/// What is known of a revision without reading it.
struct StoredRevision: Sendable {
    let number: Int64
    let id: String
    let createdAt: Int64
    let actor: String
    let comment: String?

    init(_ row: Row) {
        number = row["number"]
        id = row["id"]
        createdAt = row["created_at"]
        actor = row["actor"]
        comment = row["comment"]
    }
}

extension AdminStore {
    /// How many revisions that nobody refers to are kept.
    static var spareRevisionsMax: Int { 200 }

    private static var columns: String { "number, id, created_at, actor, comment" }

    /// The text of a revision's configuration.
    func tree(of revision: String) throws(Refusal) -> [UInt8]? {
        try read { database in
            try Data.fetchOne(
                database,
                sql: "SELECT tree FROM revision WHERE id = ?",
                arguments: [revision]
            ).map { Array($0) }
        }
    }

    /// Keeps a revision, unless the same content is kept already.
    func keep(
        revision: String,
        tree: [UInt8],
        actor: String,
        comment: String?,
        now: Int64
    ) throws(Refusal) {
        try write { database in
            try database.execute(
                sql: """
                    INSERT INTO revision (id, tree, created_at, actor, comment)
                    VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                    """,
                arguments: [revision, Data(tree), now, actor, comment]
            )
            guard database.changesCount == 1 else { return }
            try database.execute(
                sql: """
                    DELETE FROM revision WHERE number <=
                        (SELECT max(number) FROM revision) - ?
                    AND id NOT IN (SELECT base FROM candidate)
                    AND id NOT IN (SELECT staged FROM candidate WHERE staged IS NOT NULL)
                    AND id NOT IN (SELECT revision FROM commit_record)
                    AND id NOT IN (SELECT revision FROM published)
                    """,
                arguments: [Self.spareRevisionsMax]
            )
        }
    }

    /// Forgets commits, and what was in force, but for the newest `count` of each.
    ///
    /// Their revisions go when nothing refers to them any more. What an unconfirmed commit goes back to
    /// stays.
    func forget(olderThan count: Int) throws(Refusal) {
        try write { database in
            try database.execute(
                sql: """
                    DELETE FROM commit_record WHERE state != 'pending'
                        AND number <= (SELECT max(number) FROM commit_record) - ?
                        AND number != ifnull((\(Self.newestConfirmed)), 0)
                    """,
                arguments: [count]
            )
            try database.execute(
                sql: """
                    DELETE FROM published
                    WHERE number <= (SELECT max(number) FROM published) - ?
                    """,
                arguments: [count]
            )
        }
    }

    func revision(_ id: String) throws(Refusal) -> StoredRevision? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT \(Self.columns) FROM revision WHERE id = ?",
                arguments: [id]
            ).map(StoredRevision.init)
        }
    }

    /// The ids that begin with `prefix`, at most two: more than one is ambiguous.
    func revisions(prefix: String) throws(Refusal) -> [String] {
        try read { database in
            try String.fetchAll(
                database,
                sql: "SELECT id FROM revision WHERE substr(id, 1, ?) = ? LIMIT 2",
                arguments: [prefix.utf8.count, prefix]
            )
        }
    }

    /// Newest first.
    func revisions(before number: Int64, limit: Int) throws(Refusal) -> [StoredRevision] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT \(Self.columns) FROM revision WHERE number < ?
                    ORDER BY number DESC LIMIT ?
                    """,
                arguments: [number, limit]
            ).map(StoredRevision.init)
        }
    }

    /// The revision that was in force `back` publications ago, counting only changes of content.
    func published(back: Int) throws(Refusal) -> String? {
        try read { database in
            try String.fetchOne(
                database,
                sql: "SELECT revision FROM published ORDER BY number DESC LIMIT 1 OFFSET ?",
                arguments: [back]
            )
        }
    }

    /// How many publications ago each of the last `limit` revisions was in force last.
    func publishedNumbers(limit: Int) throws(Refusal) -> [String: Int] {
        try read { database in
            let ids = try String.fetchAll(
                database,
                sql: "SELECT revision FROM published ORDER BY number DESC LIMIT ?",
                arguments: [limit]
            )
            return Dictionary(ids.enumerated().map { ($1, $0) }) { first, _ in first }
        }
    }

    /// The epoch and serial of the newest publication that is known.
    func newestPublication() throws(Refusal) -> (epoch: Int64, serial: Int64)? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT epoch, serial FROM published ORDER BY number DESC LIMIT 1"
            ).map { (epoch: $0["epoch"] as Int64, serial: $0["serial"] as Int64) }
        }
    }
}
