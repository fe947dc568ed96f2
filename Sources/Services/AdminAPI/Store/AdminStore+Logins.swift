// Sessions as they begin, and from where: who has logged in from a place before is not kept out there
// by strangers.

import Foundation
import GRDB

extension AdminStore {
    /// From how many places of a user that is remembered, the latest first.
    private static var placesMax: Int { 16 }
    /// For how long after the last login there.
    static var placeSeconds: Int64 { 90 * 86_400 }

    /// Whether `user` has logged in from a neighbourhood lately.
    func hasLoggedIn(_ user: String, from neighbourhood: String) throws(Refusal) -> Bool {
        try read { database in
            try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM login_place WHERE user = ? AND place = ?)",
                arguments: [user, neighbourhood]
            ) ?? false
        }
    }

    /// Keeps a session, unless the password that it was asked for with has been changed meanwhile.
    ///
    /// - Parameters:
    ///   - neighbourhood: where it came from.
    ///   - countMax: how many sessions of a user there may be; the oldest end for it.
    /// - Throws: 401.
    func begin(
        _ session: StoredCredential,
        provedBy hash: PasswordHash,
        from neighbourhood: String,
        countMax: Int,
        _ note: AdminNote
    ) throws(Refusal) {
        try write { database in
            let now = try Data.fetchOne(
                database,
                sql: "SELECT hash FROM password WHERE user = ?",
                arguments: [session.user]
            )
            guard now == Data(hash.hash) else { throw Refusal.loginRefused }
            try database.execute(
                sql: """
                    DELETE FROM credential WHERE id IN (SELECT id FROM credential
                        WHERE user = ? AND kind = 'session'
                        ORDER BY created_at DESC, id LIMIT -1 OFFSET ?)
                    """,
                arguments: [session.user, countMax - 1]
            )
            try Self.insert(session, database)
            try Self.remember(neighbourhood, of: session, database)
            try Self.insert(note, database)
        }
    }

    private static func remember(
        _ neighbourhood: String,
        of session: StoredCredential,
        _ database: Database
    ) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO login_place (user, place, last_at) VALUES (?, ?, ?)",
            arguments: [session.user, neighbourhood, session.createdAt]
        )
        try database.execute(
            sql: """
                DELETE FROM login_place WHERE user = ? AND place IN (SELECT place FROM login_place
                    WHERE user = ? ORDER BY last_at DESC, place LIMIT -1 OFFSET ?)
                """,
            arguments: [session.user, session.user, placesMax]
        )
    }
}
