// What of shipping is shown to operators, and what they must hear of.

/// Where a sender stands with its log.
public struct ShippingView: Sendable, Equatable {
    /// Whether the last attempt was answered by the log.
    public var isConnected = false
    /// What was counted since the start.
    public var counts = ShippingCounts()
    /// The time of the oldest record that was read and not acknowledged, microseconds since 1970
    /// UTC; nil if there is none.
    public var oldest: Int64?
    /// Milliseconds without an acknowledgement, if they are too many.
    public var unreachableFor: Int64?
    /// The size of the newest checkpoint that was believed; 0 for none.
    public var logSize = 0
    /// Whether the log contradicted itself.
    public var isInconsistent = false
    /// Bytes that the segments take.
    public var spoolBytes = 0
    /// Whether these are more of what they may take than they should.
    public var isBacklogged = false
    /// Why the last attempt failed; nil if it did not.
    public var problem: String?

    /// Nothing yet.
    public init() {}
}

/// From when on states that last are worth an alert.
public struct ShippingThresholds: Sendable, Equatable {
    /// Milliseconds without an acknowledgement while there is something to ship.
    public var unreachableMilliseconds: Int64
    /// How much of what they may take the segments take, in percent.
    public var backlogPercent: Int

    /// Assembles thresholds; the defaults are the product's.
    public init(unreachableMilliseconds: Int64 = 10_000, backlogPercent: Int = 50) {
        self.unreachableMilliseconds = unreachableMilliseconds
        self.backlogPercent = backlogPercent
    }

    /// Whether `bytes` of `bytesMax` are too many.
    public func isBacklogged(_ bytes: Int, of bytesMax: Int) -> Bool {
        bytes > bytesMax / 100 * backlogPercent + bytesMax % 100 * backlogPercent / 100
    }
}

/// What an operator must hear of at once.
public enum ShippingComplaint: Sendable, Equatable {
    /// A record is set aside: its boot, worker and number, and the code of the refusal.
    case refused(record: String, code: String)
    /// What the log says of itself contradicts what it said before, or is not its own.
    case inconsistent(String)
    /// The spool cannot be read, or a segment not deleted.
    case spool(String)
    /// The position or a checkpoint cannot be kept.
    case files(String)
}
