// Administrative events: noted in the transaction that does the action, and kept as the text of
// their record once they are in the spool.

import Foundation
import GRDB

extension AdminStore {
    /// How many of the newest events are kept here; the spool has what is older.
    private static var eventsMax: Int { 100_000 }
    /// How many open notes are read at once.
    private static var openNotesMax: Int { 1_000 }

    func record(_ note: AdminNote) throws(Refusal) {
        try write { try Self.insert(note, $0) }
    }

    /// What was noted and is not known to be in the spool, oldest first.
    func openNotes() throws(Refusal) -> [(number: Int64, note: AdminNote)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql:
                    "SELECT number, note FROM event WHERE note IS NOT NULL ORDER BY number LIMIT ?",
                arguments: [Self.openNotesMax]
            ).map { row in
                (
                    number: row["number"] as Int64,
                    note: try JSONDecoder().decode(AdminNote.self, from: row["note"] as Data)
                )
            }
        }
    }

    /// Notes that an event is in the spool, as this text.
    func close(note number: Int64, text: [UInt8]) throws(Refusal) {
        try write { database in
            try database.execute(
                sql: "UPDATE event SET note = NULL, text = ? WHERE number = ?",
                arguments: [Data(text), number]
            )
            try database.execute(
                sql: "DELETE FROM event WHERE number <= ? AND note IS NULL",
                arguments: [number - Int64(Self.eventsMax)]
            )
        }
    }

    /// Newest first: the number and text of each.
    func events(
        before number: Int64,
        limit: Int
    ) throws(Refusal) -> [(number: Int64, text: [UInt8])] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT number, text FROM event WHERE number < ? AND note IS NULL
                    ORDER BY number DESC LIMIT ?
                    """,
                arguments: [number, limit]
            ).map { (number: $0["number"] as Int64, text: Array($0["text"] as Data)) }
        }
    }

    static func insert(_ note: AdminNote, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO event (note) VALUES (?)",
            arguments: [try JSONEncoder().encode(note)]
        )
    }
}
