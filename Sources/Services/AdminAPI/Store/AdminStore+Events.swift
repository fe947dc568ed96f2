// Admin audit events. Rows are only added; the text is the event as it will be kept.

import Foundation
import GRDB

extension AdminStore {
    func record(_ event: AdminEvent) throws(Refusal) {
        try write { try Self.insert(event, $0) }
    }

    /// Newest first: the number and text of each.
    func events(
        before sequence: Int64,
        limit: Int
    ) throws(Refusal) -> [(sequence: Int64, text: [UInt8])] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM event WHERE sequence < ? ORDER BY sequence DESC LIMIT ?",
                arguments: [sequence, limit]
            ).map { (sequence: $0["sequence"] as Int64, text: Array($0["text"] as Data)) }
        }
    }

    static func insert(_ event: AdminEvent, _ database: Database) throws {
        let last = try Int64.fetchOne(
            database,
            sql: "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0)"
        )
        let sequence = (last ?? 0) + 1
        try database.execute(
            sql: "INSERT INTO event (sequence, text) VALUES (?, ?)",
            arguments: [sequence, Data(event.canonical(sequence: sequence))]
        )
    }
}
