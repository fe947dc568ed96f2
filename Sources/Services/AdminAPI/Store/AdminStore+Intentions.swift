// What is about to be done where no transaction of ours does it: at the policy service, or in several
// steps. An end of the daemon in between must not leave an action without any event.

import Foundation
import GRDB

extension AdminStore {
    /// Keeps what somebody is about to do.
    ///
    /// - Returns: the number under which it is concluded.
    func intend(_ note: AdminNote) throws(Refusal) -> Int64 {
        try write { database in
            try database.execute(
                sql: "INSERT INTO intention (note) VALUES (?)",
                arguments: [try JSONEncoder().encode(note)]
            )
            return database.lastInsertedRowID
        }
    }

    /// Forgets what was intended, and notes how it ended.
    ///
    /// - Parameter note: nil for what has no event of its own.
    func conclude(_ intention: Int64, _ note: AdminNote?) throws(Refusal) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM intention WHERE number = ?",
                arguments: [intention]
            )
            if let note { try Self.insert(note, database) }
        }
    }

    /// Notes what was intended when an earlier start ended: nobody heard what became of it.
    func concludeIntentions() throws(Refusal) {
        try write { database in
            let notes = try Data.fetchAll(
                database,
                sql: "SELECT note FROM intention ORDER BY number"
            )
            for data in notes {
                var note = try JSONDecoder().decode(AdminNote.self, from: data)
                note.leaveOpen()
                try Self.insert(note, database)
            }
            try database.execute(sql: "DELETE FROM intention")
        }
    }
}
