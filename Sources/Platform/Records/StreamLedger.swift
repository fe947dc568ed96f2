// The memory that makes a batch idempotent: every record's key that is in the log, as runs of
// numbers in each stream.

import ClawgressContract

/// As much is remembered as may be, and the record would be one more.
public struct LedgerFull: Error, Sendable, Equatable {
    /// Of whose records too much is remembered; nil if it is of all senders' together.
    public let sender: RecordSender?

    /// Says so.
    public init(sender: RecordSender? = nil) {
        self.sender = sender
    }
}

/// Which records are in the log.
public struct StreamLedger: Sendable, Equatable {
    /// How many runs all streams may have together; a stream has at least one.
    public let runsMax: Int
    /// How many runs one sender's streams may come to have; those that there are already stay.
    public var runsOfSenderMax: Int
    /// How many runs there are.
    public private(set) var runCount = 0
    /// How many of them each sender has.
    public private(set) var runsOfSenders: [RecordSender: Int] = [:]
    /// How many numbers are missing, of all streams of records; the greatest number if there are more.
    public var missing: UInt64 { UInt64(clamping: absent) }
    /// The numbers are the senders' to choose: so many streams of them overflow nothing.
    private var absent: UInt128 = 0
    private var streams: [StreamKey: NumberRuns] = [:]

    /// The ledger of an empty log.
    public init(runsMax: Int, runsOfSenderMax: Int = .max) {
        self.runsMax = runsMax
        self.runsOfSenderMax = runsOfSenderMax
    }

    /// How many streams there are.
    public var streamCount: Int { streams.count }

    /// The numbers of a stream.
    public subscript(stream: StreamKey) -> NumberRuns? { streams[stream] }

    /// Whether a record is in the log.
    public func contains(_ key: RecordKey) -> Bool {
        streams[key.stream]?.contains(key.number) ?? false
    }

    /// Adds a record; false if it was there.
    ///
    /// - Throws: `LedgerFull` if it cannot be remembered; nothing changed then.
    public mutating func insert(_ key: RecordKey) throws(LedgerFull) -> Bool {
        let before = runCount
        let isNew = change(key.stream) { $0.insert(key.number) }
        guard runCount > before else { return isNew }
        let sender = key.stream.sender
        let isSenderFull = runsOfSenders[sender, default: 0] > runsOfSenderMax
        guard isSenderFull || runCount > runsMax else { return isNew }
        _ = remove(key)
        throw LedgerFull(sender: isSenderFull ? sender : nil)
    }

    /// Takes a record out again that did not come to be in the log; false if it was not there.
    public mutating func remove(_ key: RecordKey) -> Bool {
        change(key.stream) { $0.remove(key.number) }
    }

    /// Puts a stream in as it was kept.
    ///
    /// - Throws: `LedgerFull`.
    mutating func restore(_ stream: StreamKey, _ runs: NumberRuns) throws(LedgerFull) {
        _ = change(stream) { held in
            held = runs
            return true
        }
        guard runCount <= runsMax else { throw LedgerFull() }
    }

    private mutating func change(
        _ stream: StreamKey,
        _ edit: (inout NumberRuns) -> Bool
    ) -> Bool {
        // In its place, so that the stream is looked up once and nothing is copied.
        let (change, changed) = Self.edit(&streams[stream, default: NumberRuns()], edit)
        if change.runs != 0 {
            runCount += change.runs
            let own = runsOfSenders[stream.sender, default: 0] + change.runs
            runsOfSenders[stream.sender] = own > 0 ? own : nil
        }
        if stream.kind == .records {
            absent = absent + UInt128(change.missing) - UInt128(change.missed)
        }
        if change.isEmpty { streams[stream] = nil }
        return changed
    }

    /// What an edit did to the runs of a stream, and what it answered.
    private static func edit(
        _ runs: inout NumberRuns,
        _ edit: (inout NumberRuns) -> Bool
    ) -> (change: (runs: Int, missing: UInt64, missed: UInt64, isEmpty: Bool), answer: Bool) {
        let (count, missed) = (runs.runs.count, runs.missing)
        let answer = edit(&runs)
        return ((runs.runs.count - count, runs.missing, missed, runs.runs.isEmpty), answer)
    }

    /// All streams in order.
    public var sorted: [(key: StreamKey, runs: NumberRuns)] {
        streams.sorted { $0.key < $1.key }.map { (key: $0.key, runs: $0.value) }
    }
}
