// The questions that are timed: each in words, as parameters, and asked five times.

import ClawgressAuditIndex

/// Text of a time for records and questions.
enum Stamp {
    static func text(_ microseconds: Int64) -> String { Instant.text(microseconds) }
}

/// One question.
struct Question {
    private enum Kind {
        case page, count, buckets, top
    }

    private let name: String
    private let kind: Kind
    private let query: [(String, String)]

    /// - Parameter end: the time of the last record.
    static func all(end: Int64) -> [Question] {
        let hour = ("since", Stamp.text(end - 3_600_000_000))
        let day = ("since", Stamp.text(Records.start))
        let (deny, rare) = (("decision", "deny"), ("agent", "agent-17"))
        let busy = ("agent", "agent-0")
        return [
            Question("an agent's denials of the last hour", .page, [rare, deny, hour, limit]),
            Question(
                "the busiest agent's denials of the last hour",
                .page,
                [busy, deny, hour, limit]
            ),
            Question("an agent's newest records", .page, [rare, limit]),
            Question("all denials, newest first", .page, [deny, limit]),
            Question(
                "one request",
                .page,
                [("request_id", "019b7000-0000-7000-8000-000000012345")]
            ),
            Question("a host's records", .page, [("host", "h499.site499.example"), limit]),
            Question("below a name", .page, [("host_suffix", "site7.example"), deny, limit]),
            Question("count an agent's denials of the day", .count, [rare, deny, day]),
            Question("count everything", .count, []),
            Question("denials of the day by quarter of an hour", .buckets, [deny, day, quarter]),
            Question(
                "everything of the last hour by minute",
                .buckets,
                [hour, ("bucket_seconds", "60")]
            ),
            Question("top hosts of an agent's denials", .top, [rare, deny, ("by", "host")]),
            Question("top hosts of the last hour", .top, [hour, ("by", "host")]),
            Question("top agents of everything", .top, [("by", "agent")]),
        ]
    }

    private static let limit = ("limit", "100")
    private static let quarter = ("bucket_seconds", "900")

    private init(_ name: String, _ kind: Kind, _ query: [(String, String)]) {
        self.name = name
        self.kind = kind
        self.query = query
    }

    /// Asks five times and prints the first, the middle and the longest time.
    func ask(_ index: AuditIndex) async throws {
        var times: [Double] = []
        var found = 0
        for _ in 0..<5 {
            let begun = ContinuousClock.now
            found = try await answer(index)
            times.append((ContinuousClock.now - begun) / .milliseconds(1))
        }
        let first = times[0]
        times.sort()
        print(
            "\(name): \(found); \(text(first)) first, \(text(times[2])) median, \(text(times[4])) longest"
        )
    }

    private func text(_ milliseconds: Double) -> String {
        "\((milliseconds * 10).rounded() / 10) ms"
    }

    /// How many records, spans or values, or what was counted.
    private func answer(_ index: AuditIndex) async throws -> Int {
        func items(_ known: [String]) throws -> QueryItems {
            try QueryItems(query.map { (name: $0.0, value: $0.1) }, known: known)
        }
        switch kind {
        case .page:
            return try await index.page(try EventQuery(items(EventQuery.parameters))).records.count
        case .count:
            return Int(try await index.count(try EventFilter(items(EventFilter.parameters))).count)
        case .buckets:
            let end = Records.start + 86_400_000_000
            let query = try BucketQuery(items(BucketQuery.parameters), now: end)
            return try await index.buckets(query).count
        case .top:
            return try await index.top(try TopQuery(items(TopQuery.parameters))).count
        }
    }
}
