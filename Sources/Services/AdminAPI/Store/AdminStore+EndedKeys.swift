// Keys that were in force and are not any more. The configuration forgets those that are deleted from
// it, and a rollback brings them back: this is how one can tell them from new ones.

import GRDB

extension AdminStore {
    /// How many of the newest are kept.
    private static var endedKeysMax: Int { 100_000 }

    static func note(ended keys: [StoppedAccess.Key], _ database: Database) throws {
        for key in keys {
            try database.execute(
                sql: "INSERT INTO ended_key (agent, key) VALUES (?, ?) ON CONFLICT DO NOTHING",
                arguments: [key.agent, key.keyID]
            )
        }
        guard !keys.isEmpty else { return }
        try database.execute(
            sql: "DELETE FROM ended_key WHERE number <= (SELECT max(number) FROM ended_key) - ?",
            arguments: [endedKeysMax]
        )
    }

    /// Whether a key was in force once, and then was revoked or taken out.
    func hasEnded(_ key: StoppedAccess.Key) throws(Refusal) -> Bool {
        try read { database in
            try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM ended_key WHERE agent = ? AND key = ?)",
                arguments: [key.agent, key.keyID]
            ) ?? false
        }
    }
}
