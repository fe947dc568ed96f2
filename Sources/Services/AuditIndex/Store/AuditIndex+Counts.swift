// Counts: of all that match, in spans of time, and of what occurs most.

import GRDB

/// The answer to how many there are.
public struct RecordCount: Sendable, Equatable {
    /// How many records match.
    public let count: Int64
    /// How many records of the log the index knew.
    public let indexed: Int64
}

/// The counts of one span of time.
public struct RecordBucket: Sendable, Equatable {
    /// Its beginning, in microseconds since 1970 UTC.
    public let start: Int64
    /// Requests that were let through.
    public internal(set) var allow: Int64 = 0
    /// Requests that were refused.
    public internal(set) var deny: Int64 = 0
    /// Requests that a quota refused.
    public internal(set) var rateLimit: Int64 = 0
    /// Records without a decision.
    public internal(set) var other: Int64 = 0
}

/// One of those that occur most.
public struct RecordTop: Sendable, Equatable {
    /// What it is.
    public let value: String
    /// How many records have it.
    public let count: Int64
}

extension AuditIndex {
    /// Counts what matches.
    ///
    /// - Throws: `IndexError`.
    public func count(_ filter: EventFilter) async throws(IndexError) -> RecordCount {
        try await ask { database in
            let indexed = try Self.position(database).next
            guard let filter = try ResolvedFilter.resolve(filter, database) else {
                return RecordCount(count: 0, indexed: indexed)
            }
            let count = try Int64.fetchOne(
                database,
                sql: "SELECT count(*) FROM event INDEXED BY \(filter.index) "
                    + "WHERE \(filter.condition)",
                arguments: filter.arguments
            )
            return RecordCount(count: count ?? 0, indexed: indexed)
        }
    }

    /// Counts in equal spans of time, those without records left out.
    ///
    /// - Throws: `IndexError`.
    public func buckets(_ query: BucketQuery) async throws(IndexError) -> [RecordBucket] {
        try await ask { database in
            guard let filter = try ResolvedFilter.resolve(query.filter, database) else {
                return []
            }
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT (time - \(query.since)) / \(query.width), decision, count(*)
                    FROM event INDEXED BY \(filter.index) WHERE \(filter.condition)
                    GROUP BY 1, 2 ORDER BY 1
                    """,
                arguments: filter.arguments
            )
            var buckets: [RecordBucket] = []
            while let row = try rows.next() {
                let start = query.since + (row[0] as Int64) * query.width
                if buckets.last?.start != start { buckets.append(RecordBucket(start: start)) }
                buckets[buckets.count - 1].add(row[2], decision: row[1])
            }
            return buckets
        }
    }

    /// Counts each host, agent, policy or reason, and answers those that occur most.
    ///
    /// - Throws: `IndexError`.
    public func top(_ query: TopQuery) async throws(IndexError) -> [RecordTop] {
        try await ask { database in
            guard let filter = try ResolvedFilter.resolve(query.filter, database) else {
                return []
            }
            let column = query.subject.rawValue
            let table = query.subject == .host ? "host" : "word"
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT \(table).text, found.number FROM (
                        SELECT \(column) AS id, count(*) AS number
                        FROM event INDEXED BY \(Self.index(for: query, filter))
                        WHERE \(filter.condition) AND \(column) > 0 GROUP BY \(column)
                    ) AS found JOIN \(table) ON \(table).id = found.id
                    ORDER BY found.number DESC, \(table).text LIMIT \(query.limit)
                    """,
                arguments: filter.arguments
            ).map { RecordTop(value: $0[0], count: $0[1]) }
        }
    }

    /// Without a beginning and without a way of its own, all of it is counted: along the index of
    /// what is counted, so that each value's records lie together.
    private static func index(for query: TopQuery, _ filter: ResolvedFilter) -> String {
        let isWhole = query.filter.since == nil && filter.way == .time
        return isWhole && query.subject != .reason
            ? "event_\(query.subject.rawValue)" : filter.index
    }
}

extension RecordBucket {
    fileprivate mutating func add(_ count: Int64, decision: Int64) {
        switch decision {
        case RecordDecision.allow.code: allow += count
        case RecordDecision.deny.code: deny += count
        case RecordDecision.rateLimit.code: rateLimit += count
        default: other += count
        }
    }
}
