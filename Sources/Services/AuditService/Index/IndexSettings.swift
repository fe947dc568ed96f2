// What the index keeps and how much it may do at a time.

import ClawgressDaemon

/// The `index` of the configuration file.
public struct IndexSettings: Decodable, Sendable {
    /// Whether there is one.
    public var enabled = true
    /// Where its file is; nil for `index` in the state folder.
    ///
    /// On a disk of its own it cannot take the log's room.
    public var folder: String?
    /// For how many days records stay in it.
    public var days = 90
    /// How great its file may become, in bytes.
    public var bytesMax: Int64 = 8 << 30
    /// How long a question may take, in milliseconds.
    public var queryMilliseconds = 10_000
    /// How many questions are answered at a time.
    public var queriesMax = 8
    /// How many clients may watch the tail.
    public var tailsMax = 16
    /// How many records may wait for one of them: more than are taken in at once, or a burst would
    /// look like a slow reader.
    public var tailQueueMax = 10_000

    enum CodingKeys: String, CodingKey, CaseIterable {
        case enabled, folder, days
        case bytesMax = "bytes_max"
        case queryMilliseconds = "query_ms"
        case queriesMax = "queries_at_once"
        case tailsMax = "tails_at_once"
        case tailQueueMax = "tail_records_max"
    }

    /// The defaults.
    public init() {}

    /// Decodes what is given over the defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try values.read(.enabled, into: &enabled)
        folder = try values.decodeIfPresent(String.self, forKey: .folder)
        try values.read(.days, into: &days)
        try values.read(.bytesMax, into: &bytesMax)
        try values.read(.queryMilliseconds, into: &queryMilliseconds)
        try values.read(.queriesMax, into: &queriesMax)
        try values.read(.tailsMax, into: &tailsMax)
        try values.read(.tailQueueMax, into: &tailQueueMax)
    }

    /// What is out of its range, one sentence each.
    func problems() -> [String] {
        let bounds: [(CodingKeys, Int64, ClosedRange<Int64>)] = [
            (.days, Int64(days), 1...36_500),
            (.bytesMax, bytesMax, 16 << 20...1 << 44),
            (.queryMilliseconds, Int64(queryMilliseconds), 100...600_000),
            (.queriesMax, Int64(queriesMax), 1...1_024),
            (.tailsMax, Int64(tailsMax), 0...1_024),
            (.tailQueueMax, Int64(tailQueueMax), 16...100_000),
        ]
        return bounds.filter { !$0.2.contains($0.1) }.map { key, _, range in
            "`index.\(key.rawValue)` must be \(range.lowerBound) to \(range.upperBound)"
        }
    }

    /// What is earlier is not kept, in microseconds since 1970 UTC.
    func oldest(now: Int64) -> Int64 { now - Int64(days) * 86_400_000_000 }
}

extension AuditPlaces {
    /// The folder of the index.
    func indexFolder(_ settings: IndexSettings) -> String {
        settings.folder ?? "\(stateFolder)/index"
    }

    /// Its file, which can be removed while nobody has it open.
    func indexFile(_ settings: IndexSettings) -> String {
        "\(indexFolder(settings))/events.sqlite"
    }
}
