// The questions about many records, each bounded.

/// A question for records, in the order of their times.
public struct EventQuery: Sendable, Equatable {
    /// Which end comes first.
    public enum Order: String, CaseIterable, Sendable {
        /// The latest first.
        case newest
        /// The earliest first.
        case oldest
    }

    /// Which records.
    public var filter: EventFilter
    /// Which end comes first.
    public var order: Order
    /// How many at most.
    public var limit: Int
    /// Behind which record; nil for the beginning.
    public var cursor: EventCursor?

    /// How many records one page can have.
    public static var limitMax: Int { 1_000 }

    /// Asks for records.
    public init(
        _ filter: EventFilter,
        order: Order = .newest,
        limit: Int = 100,
        cursor: EventCursor? = nil
    ) {
        self.filter = filter
        self.order = order
        self.limit = limit
        self.cursor = cursor
    }

    /// The names of a page's parameters.
    public static let parameters = EventFilter.parameters + ["order", "limit", "cursor"]

    /// Reads the parameters of a page.
    ///
    /// - Throws: `QueryProblem`.
    public init(_ items: QueryItems) throws(QueryProblem) {
        filter = try EventFilter(items)
        order = try items.choice("order", Order.self) ?? .newest
        limit = try items.number("limit", 1...Self.limitMax) ?? 100
        cursor = try items["cursor"].map { text throws(QueryProblem) in
            guard let cursor = EventCursor(text) else {
                throw QueryProblem("cursor", "must be the `next_cursor` of the page before")
            }
            return cursor
        }
    }
}

/// A place between two records.
///
/// Records that come later do not move it, so nothing is left out or
/// shown twice from page to page.
public struct EventCursor: Sendable, Equatable {
    /// The time of the last record before it.
    public let time: Int64
    /// That record's place in the log.
    public let leaf: Int64

    /// Names the record before it.
    public init(time: Int64, leaf: Int64) {
        self.time = time
        self.leaf = leaf
    }

    /// Reads ``text``; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let time = Int64(parts[0], radix: 36),
            let leaf = Int64(parts[1], radix: 36), time >= 0, leaf >= 0
        else { return nil }
        self.init(time: time, leaf: leaf)
        guard self.text == text else { return nil }
    }

    /// Text for the next question, whose form is nobody's business.
    public var text: String { "\(String(time, radix: 36))-\(String(leaf, radix: 36))" }
}

/// A question for counts in equal spans of time.
public struct BucketQuery: Sendable, Equatable {
    /// Which records; both of its times are set.
    public let filter: EventFilter
    /// The first span's beginning, in microseconds since 1970 UTC.
    public let since: Int64
    /// The length of a span, in microseconds.
    public let width: Int64

    /// How many spans one answer can have.
    public static var bucketsMax: Int64 { 1_000 }
    /// The names of the parameters.
    public static let parameters = EventFilter.parameters + ["bucket_seconds"]

    /// Reads the parameters.
    ///
    /// - Parameter now: microseconds since 1970 UTC, for a question without `until`.
    /// - Throws: `QueryProblem`.
    public init(_ items: QueryItems, now: Int64) throws(QueryProblem) {
        var filter = try EventFilter(items)
        guard let since = filter.since else {
            throw QueryProblem("since", "is missing: buckets need a beginning")
        }
        let until = filter.until ?? now
        guard let seconds = try items.number("bucket_seconds", 1...31_622_400) else {
            throw QueryProblem("bucket_seconds", "is missing")
        }
        let width = Int64(seconds) * 1_000_000
        guard until > since else { throw QueryProblem("since", "must be in the past") }
        guard (until - since - 1) / width < Self.bucketsMax else {
            throw QueryProblem(
                "bucket_seconds",
                "would make more than \(Self.bucketsMax) buckets of this time: choose a longer one"
            )
        }
        filter.until = until
        self.filter = filter
        self.since = since
        self.width = width
    }
}

/// A question for what occurs most.
public struct TopQuery: Sendable, Equatable {
    /// What is counted.
    public enum Subject: String, CaseIterable, Sendable {
        /// Hosts that were asked for.
        case host
        /// Agents.
        case agent
        /// Deciding policies.
        case policy
        /// Reason codes.
        case reason
    }

    /// Which records.
    public let filter: EventFilter
    /// What is counted.
    public let subject: Subject
    /// How many at most.
    public let limit: Int

    /// The names of the parameters.
    public static let parameters = EventFilter.parameters + ["by", "limit"]

    /// Reads the parameters.
    ///
    /// - Throws: `QueryProblem`.
    public init(_ items: QueryItems) throws(QueryProblem) {
        filter = try EventFilter(items)
        guard let subject = try items.choice("by", Subject.self) else {
            throw QueryProblem("by", "is missing")
        }
        self.subject = subject
        limit = try items.number("limit", 1...EventQuery.limitMax) ?? 10
    }
}
