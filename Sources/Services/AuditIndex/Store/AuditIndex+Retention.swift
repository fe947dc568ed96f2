// What the index keeps: an age and a size of its own, whatever the log keeps. It is done in small
// steps, so that what comes in never waits for long.

public import ClawgressStorage
import GRDB
import Synchronization

/// What became of one step.
public struct IndexPruning: Sendable, Equatable {
    /// Records that were taken out of the index.
    public let removed: Int
    /// Whether another step would find something to do.
    public let isMoreLeft: Bool
}

/// The index at one moment.
public struct IndexSize: Sendable, Equatable {
    /// Bytes of pages that are used.
    public let bytes: Int64
    /// The earliest time under which a record is indexed; nil without records.
    public let oldest: Int64?
    /// How many words and hosts there are.
    public let words: Int64
}

extension AuditIndex {
    /// How many hosts are looked at in one step.
    private static var hostsAtOnce: Int64 { 2_000 }
    /// How many free pages are given back in one step.
    private static var pagesAtOnce: Int { 2_000 }

    /// Takes out records that are older than `oldest`, then the first of the log as long as the file
    /// is greater than `bytesMax`; hosts without records; and gives free pages back.
    ///
    /// - Parameter rowsMax: how many records at most.
    /// - Throws: `StorageError`.
    public func prune(
        olderThan oldest: Int64,
        bytesMax: Int64,
        rowsMax: Int = 2_000
    ) throws(StorageError) -> IndexPruning {
        let pruning = try sorted {
            try store.database.write { database in
                var removed = try Self.removeOld(oldest, rowsMax, database)
                if removed < rowsMax, try Self.bytes(database) > bytesMax {
                    try database.execute(
                        sql: """
                            DELETE FROM event WHERE leaf IN
                            (SELECT leaf FROM event ORDER BY leaf LIMIT ?)
                            """,
                        arguments: [rowsMax - removed]
                    )
                    removed += database.changesCount
                }
                try cache.withLock { try Self.sweepHosts(&$0, database) }
                return IndexPruning(removed: removed, isMoreLeft: removed >= rowsMax)
            }
        }
        try sorted {
            try store.database.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA incremental_vacuum(\(Self.pagesAtOnce))")
            }
        }
        return pruning
    }

    /// What metrics are made from.
    ///
    /// - Throws: `StorageError`.
    public func size() throws(StorageError) -> IndexSize {
        try sorted {
            try store.database.read { database in
                let times = try RecordDecision.codes.compactMap { decision in
                    try Int64.fetchOne(
                        database,
                        sql: "SELECT min(time) FROM event WHERE decision = ?",
                        arguments: [decision]
                    )
                }
                let words = try Int64.fetchOne(
                    database,
                    sql: "SELECT (SELECT count(*) FROM word) + (SELECT count(*) FROM host)"
                )
                return IndexSize(
                    bytes: try Self.bytes(database),
                    oldest: times.min(),
                    words: words ?? 0
                )
            }
        }
    }

    private static func removeOld(
        _ oldest: Int64,
        _ rowsMax: Int,
        _ database: Database
    ) throws -> Int {
        var removed = 0
        for decision in RecordDecision.codes where removed < rowsMax {
            try database.execute(
                sql: """
                    DELETE FROM event WHERE leaf IN (SELECT leaf FROM event INDEXED BY event_time
                    WHERE decision = ? AND time < ? LIMIT ?)
                    """,
                arguments: [decision, oldest, rowsMax - removed]
            )
            removed += database.changesCount
        }
        return removed
    }

    private static func bytes(_ database: Database) throws -> Int64 {
        func number(_ pragma: String) throws -> Int64 {
            try Int64.fetchOne(database, sql: "PRAGMA \(pragma)") ?? 0
        }
        return try (number("page_count") - number("freelist_count")) * number("page_size")
    }

    /// Goes on where the last step ended, and from the beginning after the last host.
    private static func sweepHosts(_ cache: inout WordCache, _ database: Database) throws {
        let start = try Int64.fetchOne(database, sql: "SELECT host_sweep FROM state") ?? 0
        let ids = try Int64.fetchAll(
            database,
            sql: "SELECT id FROM host WHERE id > ? ORDER BY id LIMIT ?",
            arguments: [start, hostsAtOnce]
        )
        if let last = ids.last {
            try database.execute(
                sql: """
                    DELETE FROM host WHERE id > ? AND id <= ? AND NOT EXISTS
                    (SELECT 1 FROM event INDEXED BY event_host WHERE event.host = host.id)
                    """,
                arguments: [start, last]
            )
            if database.changesCount > 0 { cache.forgetHosts() }
        }
        try database.execute(sql: "UPDATE state SET host_sweep = ?", arguments: [ids.last ?? 0])
    }
}
