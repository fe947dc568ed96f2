// Words as numbers. The table is asked once for each word; what a stranger can make up is bounded:
// hosts are forgotten with their last record, and of other words there are only so many.

import GRDB

/// The numbers of words that were met lately.
struct WordCache {
    private var words: [String: Int64] = [:]
    private var hosts: [String: Int64] = [:]

    /// How many words the file takes.
    ///
    /// Agents, policies and their like are configured, so more than
    /// this is a sender that makes them up: its words are not indexed, its records are.
    static var wordsMax: Int64 { 100_000 }
    /// How many hosts are remembered here.
    private static var hostsMax: Int { 50_000 }

    /// The number of a word, which is entered if it is new; 0 for none.
    mutating func id(of word: String?, _ database: Database) throws -> Int64 {
        guard let word else { return 0 }
        if let id = words[word] { return id }
        let id = try Self.find("word", word, database) ?? Self.enter(word, database)
        words[word] = id
        return id
    }

    private static func enter(_ word: String, _ database: Database) throws -> Int64 {
        let last = try Int64.fetchOne(database, sql: "SELECT max(id) FROM word") ?? 0
        guard last < wordsMax else { return 0 }
        try database.execute(sql: "INSERT INTO word (text) VALUES (?)", arguments: [word])
        return database.lastInsertedRowID
    }

    /// The number of a host, which is entered if it is new; 0 for none.
    mutating func id(ofHost host: String?, _ database: Database) throws -> Int64 {
        guard let host else { return 0 }
        if let id = hosts[host] { return id }
        if hosts.count >= Self.hostsMax { hosts.removeAll(keepingCapacity: true) }
        var id = try Self.find("host", host, database)
        if id == nil {
            try database.execute(
                sql: "INSERT INTO host (text, reversed) VALUES (?, ?)",
                arguments: [host, Self.reversed(host)]
            )
            id = database.lastInsertedRowID
        }
        hosts[host] = id
        return id ?? 0
    }

    /// The number of a word that is in the file.
    static func find(_ table: String, _ text: String, _ database: Database) throws -> Int64? {
        let statement = try database.cachedStatement(sql: "SELECT id FROM \(table) WHERE text = ?")
        return try Int64.fetchOne(statement, arguments: [text])
    }

    /// `com.example.www` for `www.example.com`.
    static func reversed(_ host: String) -> String {
        host.split(separator: ".", omittingEmptySubsequences: false).reversed()
            .joined(separator: ".")
    }

    /// Some hosts are no longer in the file.
    mutating func forgetHosts() { hosts = [:] }
}
