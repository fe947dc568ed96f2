// How long the log keeps entries. Without a policy nothing is ever removed.

import ClawgressDaemon

/// The `retention` of the configuration file.
public struct RetentionSettings: Decodable, Sendable {
    /// Records older than this many days go; nil for no such bound.
    public var days: Int?
    /// Records before so many newest ones go; nil for no such bound.
    public var entries: Int?
    /// How often it is looked for what may go, in milliseconds.
    public var every: Int64 = 60_000

    enum CodingKeys: String, CodingKey, CaseIterable {
        case days, entries
        case every = "every_ms"
    }

    /// No policy.
    public init() {}

    /// Decodes what is given over the defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        days = try values.decodeIfPresent(Int.self, forKey: .days)
        entries = try values.decodeIfPresent(Int.self, forKey: .entries)
        every = try values.decodeIfPresent(Int64.self, forKey: .every) ?? every
    }

    /// Whether anything is ever removed.
    public var isPolicy: Bool { days != nil || entries != nil }

    /// What is out of its range, one sentence each.
    func problems() -> [String] {
        let bounds: [(CodingKeys, Int64?, ClosedRange<Int64>)] = [
            (.days, days.map { Int64($0) }, 1...36_500),
            (.entries, entries.map { Int64($0) }, 256...1 << 53),
            (.every, every, 100...86_400_000),
        ]
        return bounds.filter { _, value, range in value.map { !range.contains($0) } ?? false }
            .map { key, _, range in
                "`retention.\(key.rawValue)` must be \(range.lowerBound) to \(range.upperBound)"
            }
    }

    /// What is before it is old, in microseconds since 1970 UTC.
    ///
    /// - Parameter now: the same.
    func bound(now: Int64) -> Int64? {
        days.map { max(0, now - Int64($0) * 86_400_000_000) }
    }
}
