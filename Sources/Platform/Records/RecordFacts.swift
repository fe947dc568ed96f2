// What whoever checks a log asks of a record, read in one walk: its key, when it was, by which id
// people know it, and whether it admits that others are missing.

import ClawgressBytes

/// A record, as far as a verifier looks at it.
public struct RecordFacts: Sendable, Equatable {
    /// By what the log knows it.
    public let key: RecordKey
    /// Where its time is written, `2026-11-26T09:00:00.000171Z`; nil for a gap record.
    public let timestamp: Range<Int>?
    /// Where the id is written by which people know it: `request_id`, or `event_id`.
    public let id: Range<Int>?
    /// How many events a gap record stands for; nil for other records.
    public let lost: UInt64?
    /// What it says of other records; nil if it is no heartbeat.
    public let sign: SignOfLife?

    /// Reads the record which is the whole of `line`.
    ///
    /// - Throws: `RecordRefusal`.
    public init(_ line: Span<UInt8>) throws(RecordRefusal) {
        var members = LineMembers()
        var facts = FactMembers()
        try RecordLine.readMembers(of: line) { name, value in
            members.take(name, value)
            facts.take(name, value)
        }
        key = try members.key(in: line)
        timestamp = facts.timestamp
        id = facts.id
        lost = key.stream.kind == .gaps ? facts.lost : nil
        sign = SignOfLife(members, in: line)
    }
}

/// The members of a line at which only a verifier looks.
private struct FactMembers {
    var timestamp: Range<Int>?
    var id: Range<Int>?
    var lost: UInt64 = 0

    mutating func take(_ name: Span<UInt8>, _ value: CanonicalReader.Value) {
        switch (name.count, value) {
        case (9, .plain(let place)) where name.equals("timestamp"): timestamp = place
        case (10, .plain(let place)) where name.equals("request_id"): id = place
        case (8, .plain(let place)) where name.equals("event_id"): id = place
        // Each is at most 2^53, so that their sum overflows nothing.
        case (5, .integer(let count)) where name.equals("allow"): lost += count
        case (4, .integer(let count)) where name.equals("deny"): lost += count
        case (10, .integer(let count)) where name.equals("rate_limit"): lost += count
        default: break
        }
    }
}
