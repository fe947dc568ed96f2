// Taking records in: many in one transaction, which also says how far it goes.

public import ClawgressStorage
import Foundation
import GRDB
import Synchronization

/// A record on its way into the index.
public struct IndexEntry: Sendable {
    /// Its place in the log.
    public let leaf: Int64
    /// Where its bytes begin in the bundle that holds it.
    public let offset: Int
    /// How many bytes it has.
    public let length: Int
    /// By what it is found.
    public let record: IndexedRecord

    /// Describes a record.
    public init(leaf: Int64, offset: Int, length: Int, record: IndexedRecord) {
        self.leaf = leaf
        self.offset = offset
        self.length = length
        self.record = record
    }
}

extension AuditIndex {
    /// Takes in the records behind ``position()``; all of them and the new position, or nothing.
    ///
    /// A record without a time gets that of the one before it in the log.
    ///
    /// - Parameters:
    ///   - position: behind the last of them.
    ///   - oldest: what is earlier is passed over, in microseconds since 1970 UTC.
    /// - Returns: the times under which they are indexed.
    /// - Throws: `StorageError`.
    @discardableResult
    public func append(
        _ entries: [IndexEntry],
        upTo position: IndexPosition,
        oldest: Int64 = .min
    ) throws(StorageError) -> [Int64] {
        do {
            return try store.database.write { database in
                try cache.withLock { cache in
                    try Self.append(entries, position, oldest, &cache, database)
                }
            }
        } catch {
            // What a transaction entered that did not end is not there.
            cache.withLock { $0 = WordCache() }
            throw .sorted(error, store.path)
        }
    }

    private static func append(
        _ entries: [IndexEntry],
        _ position: IndexPosition,
        _ oldest: Int64,
        _ cache: inout WordCache,
        _ database: Database
    ) throws -> [Int64] {
        var time = try Int64.fetchOne(database, sql: "SELECT last_time FROM state") ?? 0
        var times: [Int64] = []
        times.reserveCapacity(entries.count)
        let statement = try database.cachedStatement(sql: insertion)
        for entry in entries {
            time = entry.record.time ?? time
            times.append(time)
            guard time >= oldest else { continue }
            try statement.execute(arguments: try arguments(entry, time, &cache, database))
        }
        try database.execute(
            sql: "UPDATE state SET next = ?, mark = ?, last_time = ?",
            arguments: [position.next, Data(position.mark), time]
        )
        return times
    }

    private static let insertion = """
        INSERT INTO event (leaf, offset, length, time, kind, decision, status, request_id, host,
            agent, team, project, environment, policy, reason, gateway)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static func arguments(
        _ entry: IndexEntry,
        _ time: Int64,
        _ cache: inout WordCache,
        _ database: Database
    ) throws -> StatementArguments {
        let record = entry.record
        var values: [(any DatabaseValueConvertible)?] = [
            entry.leaf, entry.offset, entry.length, time, record.kind.code,
            record.decision?.code ?? 0, record.status ?? 0, record.id.map { Data($0) },
            try cache.id(ofHost: record.host, database),
        ]
        for word in RecordWord.allCases {
            values.append(try cache.id(of: record[word], database))
        }
        return StatementArguments(values)
    }
}
