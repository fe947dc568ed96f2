// The numbers that gateways said to have given, held against those that came. A heartbeat overtakes
// records of other workers by moments, so each use says how much time it gives them.

/// How far streams go, as their gateways say.
public struct AnnouncedNumbers: Sendable {
    /// The greatest number of each stream that a heartbeat named.
    public private(set) var newest: [StreamKey: UInt64] = [:]
    /// The same without heartbeats that no other followed in its turn: what is missing of these has
    /// had a minute.
    public private(set) var settled: [StreamKey: UInt64] = [:]
    private var waiting: [RecordSender: [StreamKey: UInt64]] = [:]
    /// How many streams the heartbeats of each sender named.
    public private(set) var streamsOfSenders: [RecordSender: Int] = [:]

    /// Nothing was announced.
    public init() {}

    /// What was kept of it: see ``beyond(_:)``.
    init(newest: [StreamKey: UInt64]) {
        self.newest = newest
        for stream in newest.keys { streamsOfSenders[stream.sender, default: 0] += 1 }
    }

    /// How many streams heartbeats named.
    public var streamCount: Int { newest.count }

    /// How many streams a heartbeat names that none named before.
    ///
    /// - Parameter key: the heartbeat's own.
    public func unnamed(_ sign: SignOfLife, of key: RecordKey) -> Int {
        sign.streams(of: key).count { newest[$0.stream] == nil }
    }

    /// Takes a heartbeat.
    ///
    /// - Parameter key: the heartbeat's own.
    public mutating func take(_ sign: SignOfLife, of key: RecordKey) {
        let sender = key.stream.sender
        if sign.isRunning, let earlier = waiting.removeValue(forKey: sender) {
            settled.merge(earlier, uniquingKeysWith: max)
        }
        for (stream, last) in sign.streams(of: key) {
            if newest[stream] == nil { streamsOfSenders[sender, default: 0] += 1 }
            newest[stream] = max(newest[stream] ?? 0, last)
            waiting[sender, default: [:]][stream, default: 0] = newest[stream] ?? last
        }
    }

    /// How many numbers behind the end of a stream have not come.
    public func overdue(_ stream: StreamKey, in ledger: StreamLedger) -> UInt64 {
        let last = ledger[stream]?.runs.last?.upperBound ?? 0
        guard let announced = newest[stream], announced > last else { return 0 }
        return announced - last
    }

    /// The streams behind whose ends numbers have not come, with the greatest of these: all that has
    /// to be kept, since what came is never missed again.
    public func beyond(_ ledger: StreamLedger) -> [StreamKey: UInt64] {
        newest.filter { overdue($0.key, in: ledger) > 0 }
    }

    /// How many numbers behind the ends of all streams have not come.
    ///
    /// Whoever sends heartbeats chooses the numbers, so that their sum may be any.
    public func overdue(in ledger: StreamLedger) -> UInt64 {
        newest.keys.reduce(0) { $0.addingBounded(overdue($1, in: ledger)) }
    }
}

extension SignOfLife {
    /// The streams that it says have begun, and their last numbers.
    ///
    /// - Parameter key: the heartbeat's own.
    fileprivate func streams(of key: RecordKey) -> [(stream: StreamKey, last: UInt64)] {
        lastSequences.enumerated().filter { $0.element > 0 }.map { worker, last in
            var stream = key.stream
            stream.worker = UInt8(clamping: worker)
            return (stream, last)
        }
    }
}

extension UInt64 {
    /// The sum, or the greatest number if it is greater.
    public func addingBounded(_ other: UInt64) -> UInt64 {
        let (sum, isGreater) = addingReportingOverflow(other)
        return isGreater ? .max : sum
    }
}
