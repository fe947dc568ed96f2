// Which records are asked for. The index answers by SQL and the live tail by this test, and a test
// holds the two against each other.

/// What a record must be; what is nil may be anything.
public struct EventFilter: Sendable, Equatable {
    /// The statuses that are wanted: one, or a hundred of them.
    public typealias Statuses = ClosedRange<Int64>

    /// The earliest time, in microseconds since 1970 UTC.
    public var since: Int64?
    /// The time before which records are wanted.
    public var until: Int64?
    /// What it tells of.
    public var kind: RecordKind?
    /// What was decided.
    public var decision: RecordDecision?
    /// Its words.
    public var words: [RecordWord: String] = [:]
    /// The host, whole.
    public var host: String?
    /// A name below which the host is.
    public var hostSuffix: String?
    /// The status of the answer.
    public var statuses: Statuses?
    /// The 16 bytes of its id.
    public var id: [UInt8]?

    /// Everything.
    public init() {}

    /// The names of its parameters.
    public static let parameters =
        ["since", "until", "kind", "decision", "host", "host_suffix", "status", "request_id"]
        + RecordWord.allCases.map(\.rawValue)

    /// Reads the parameters.
    ///
    /// - Throws: `QueryProblem`.
    public init(_ items: QueryItems) throws(QueryProblem) {
        since = try items.instant("since")
        until = try items.instant("until")
        if let since, let until, since >= until {
            throw QueryProblem("until", "must be later than `since`")
        }
        kind = try items.choice("kind", RecordKind.self)
        decision = try items.choice("decision", RecordDecision.self)
        for word in RecordWord.allCases {
            if let value = try items.word(word.rawValue) { words[word] = value }
        }
        host = try items.word("host")?.lowercased()
        hostSuffix = try items.word("host_suffix").map { suffix throws(QueryProblem) in
            try Self.suffix(suffix)
        }
        statuses = try Self.statuses(items)
        if let text = items["request_id"] {
            guard let bytes = RecordID.bytes(text) else {
                throw QueryProblem("request_id", "must be the id of a request or of an event")
            }
            id = bytes
        }
    }

    /// `example.com`, also where somebody wrote `.example.com` or `*.example.com`.
    private static func suffix(_ text: String) throws(QueryProblem) -> String {
        var suffix = text.lowercased()
        if suffix.hasPrefix("*") { suffix.removeFirst() }
        if suffix.hasPrefix(".") { suffix.removeFirst() }
        guard !suffix.isEmpty, !suffix.hasPrefix("."), !suffix.contains("*") else {
            throw QueryProblem("host_suffix", "must be a name such as example.com")
        }
        return suffix
    }

    private static func statuses(_ items: QueryItems) throws(QueryProblem) -> Statuses? {
        guard let text = items["status"] else { return nil }
        if let status = Int64(text), (100...999).contains(status) { return status...status }
        let digits = Array(text.utf8)
        if digits.count == 3, text.hasSuffix("xx"), (49...57).contains(digits[0]) {
            let first = Int64(digits[0] - 48) * 100
            return first...first + 99
        }
        throw QueryProblem("status", "must be a status such as 403, or a class such as 4xx")
    }

    /// Whether a record is wanted.
    ///
    /// - Parameter time: the time under which it is indexed.
    public func matches(_ record: IndexedRecord, time: Int64) -> Bool {
        if let since, time < since { return false }
        if let until, time >= until { return false }
        if let kind, record.kind != kind { return false }
        if let decision, record.decision != decision { return false }
        for (word, wanted) in words where record[word] != wanted { return false }
        if let host, record.host != host { return false }
        if let hostSuffix, record.host?.hasSuffix(".\(hostSuffix)") != true { return false }
        if let statuses {
            guard let status = record.status, statuses.contains(status) else { return false }
        }
        if let id, record.id != id { return false }
        return true
    }
}
