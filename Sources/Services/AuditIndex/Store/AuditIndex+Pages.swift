// Pages of records. The index says which and where; their bytes are read from the log.

import GRDB

/// Where a record is.
public struct FoundRecord: Sendable, Equatable {
    /// Its place in the log.
    public let leaf: Int64
    /// The time under which it is indexed, in microseconds since 1970 UTC.
    public let time: Int64
    /// Where its bytes begin in the bundle that holds it.
    public let offset: Int
    /// How many bytes it has.
    public let length: Int
}

/// The answer to an ``EventQuery``.
public struct RecordPage: Sendable, Equatable {
    /// The records, in the order that was asked for.
    public let records: [FoundRecord]
    /// Where the next page begins; nil if this is the last one.
    public let next: EventCursor?
    /// How many records of the log the index knew.
    public let indexed: Int64
}

extension AuditIndex {
    /// Answers a question for records.
    ///
    /// - Throws: `IndexError`.
    public func page(_ query: EventQuery) async throws(IndexError) -> RecordPage {
        try await ask { database in
            let indexed = try Self.position(database).next
            guard let filter = try ResolvedFilter.resolve(query.filter, database) else {
                return RecordPage(records: [], next: nil, indexed: indexed)
            }
            let (sql, arguments) = Self.statement(query, filter)
            var records = try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
                FoundRecord(leaf: row[0], time: row[1], offset: row[2], length: row[3])
            }
            let isLast = records.count <= query.limit
            if !isLast { records.removeLast() }
            let next = records.last.map { EventCursor(time: $0.time, leaf: $0.leaf) }
            return RecordPage(records: records, next: isLast ? nil : next, indexed: indexed)
        }
    }

    /// One walk for each run of the index, put together in the order of time as far as the page
    /// goes.
    private static func statement(
        _ query: EventQuery,
        _ filter: ResolvedFilter
    ) -> (sql: String, arguments: StatementArguments) {
        let isNewest = query.order == .newest
        let direction = isNewest ? "DESC" : "ASC"
        var arguments = StatementArguments()
        let parts = filter.runs.map { run in
            arguments += filter.arguments
            var condition = run
            if let cursor = query.cursor {
                let sign = isNewest ? "<" : ">"
                condition +=
                    (condition.isEmpty ? "" : " AND ")
                    + "time \(sign)= \(cursor.time) "
                    + "AND (time \(sign) \(cursor.time) OR leaf \(sign) \(cursor.leaf))"
            }
            return "SELECT leaf, time, offset, length FROM event INDEXED BY \(filter.index) "
                + "WHERE \(condition)"
        }
        let sql =
            parts.joined(separator: " UNION ALL ")
            + " ORDER BY time \(direction), leaf \(direction) LIMIT \(query.limit + 1)"
        return (sql, arguments)
    }
}
