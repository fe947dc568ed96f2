// Levels as they are kept, one of each credential that is not at the top.

import GRDB

extension AdminStore {
    /// The path of a caller's level; nil at the top.
    func level(of owner: String) throws(Refusal) -> String? {
        try read { database in
            try String.fetchOne(
                database,
                sql: "SELECT path FROM candidate_level WHERE owner = ?",
                arguments: [owner]
            )
        }
    }

    /// - Parameter level: its path; nil for the top.
    func keep(level: String?, of owner: String) throws(Refusal) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM candidate_level WHERE owner = ?",
                arguments: [owner]
            )
            guard let level else { return }
            try database.execute(
                sql: "INSERT INTO candidate_level (owner, path) VALUES (?, ?)",
                arguments: [owner, level]
            )
        }
    }
}
