// Requests that carry an `Idempotency-Key`, so that a client which heard no answer can ask again.

import Foundation
import GRDB

/// What became of an earlier request with the same key.
enum Repetition: Sendable {
    /// There was none; this one is noted and must be finished or forgotten.
    case first
    /// The same request was answered so.
    case answered(status: Int, fields: [UInt8], body: [UInt8])
    /// The same request is under way, or the process died while it was.
    case unfinished
    /// The key was used for another request.
    case other
}

extension AdminStore {
    /// Notes a request, or says what became of the first one with its key.
    func begin(
        owner: String,
        key: String,
        request: [UInt8],
        now: Int64
    ) throws(Refusal) -> Repetition {
        try write { database in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM repetition WHERE owner = ? AND key = ?",
                    arguments: [owner, key]
                )
            else {
                try database.execute(
                    sql:
                        "INSERT INTO repetition (owner, key, request, asked_at) VALUES (?, ?, ?, ?)",
                    arguments: [owner, key, Data(request), now]
                )
                return .first
            }
            guard Array(row["request"] as Data) == request else { return .other }
            guard let status = row["status"] as Int? else { return .unfinished }
            return .answered(
                status: status,
                fields: Array(row["fields"] as Data),
                body: Array(row["body"] as Data)
            )
        }
    }

    /// Keeps the answer of a request, if all that are kept have room for it.
    ///
    /// - Returns: Whether it is kept.
    func finish(
        owner: String,
        key: String,
        status: Int,
        fields: [UInt8],
        body: [UInt8],
        bytesMax: Int
    ) throws(Refusal) -> Bool {
        try write { database in
            let others = try Int.fetchOne(database, sql: "SELECT sum(bytes) FROM repetition") ?? 0
            guard others + body.count <= bytesMax else { return false }
            try database.execute(
                sql: """
                    UPDATE repetition SET status = ?, fields = ?, body = ?, bytes = ?
                    WHERE owner = ? AND key = ?
                    """,
                arguments: [status, Data(fields), Data(body), body.count, owner, key]
            )
            return true
        }
    }

    /// Forgets a request that failed in a way that may be gone the next time.
    func forgetRepetition(owner: String, key: String) throws(Refusal) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM repetition WHERE owner = ? AND key = ?",
                arguments: [owner, key]
            )
        }
    }
}
