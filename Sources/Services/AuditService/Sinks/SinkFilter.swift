// Which records a sink gets. What is left out was left out on purpose, so the sink's cursor passes it.

public import ClawgressAuditIndex
import ClawgressDaemon

/// What a record must be; a list that is not there takes all.
public struct SinkFilter: Decodable, Sendable {
    /// What was decided; records without a decision are then left out.
    public var decisions: [RecordDecision]?
    /// What it tells of.
    public var kinds: [RecordKind]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case decisions = "decision"
        case kinds = "kind"
    }

    /// Takes everything.
    public init() {}

    /// Decodes; unknown keys and words are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        decisions = try Self.words(values, .decisions)
        kinds = try Self.words(values, .kinds)
    }

    private static func words<Word: RawRepresentable & CaseIterable>(
        _ values: KeyedDecodingContainer<CodingKeys>,
        _ key: CodingKeys
    ) throws -> [Word]? where Word.RawValue == String {
        guard let texts = try values.decodeIfPresent([String].self, forKey: key) else {
            return nil
        }
        let words = texts.compactMap(Word.init(rawValue:))
        guard words.count == texts.count, !words.isEmpty else {
            throw DecodingError.dataCorruptedError(
                forKey: key,
                in: values,
                debugDescription: "must be a list of one or more of "
                    + Word.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            )
        }
        return words
    }

    /// Whether a record is wanted.
    public func takes(_ record: IndexedRecord) -> Bool {
        if let kinds, !kinds.contains(record.kind) { return false }
        guard let decisions else { return true }
        return record.decision.map(decisions.contains) ?? false
    }
}
