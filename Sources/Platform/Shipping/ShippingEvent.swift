// What happens to a sender of records, and what it does about it: the two sides of the machine.

/// When something happened, and random bits for the pauses.
public struct ShippingMoment: Sendable, Equatable {
    /// Milliseconds of a clock that never goes back.
    public let monotonic: Int64
    /// Random bits.
    public let random: UInt64

    /// Names a moment.
    public init(monotonic: Int64, random: UInt64) {
        self.monotonic = monotonic
        self.random = random
    }
}

/// What happened.
public enum ShippingEvent: Sendable, Equatable {
    /// Time went by.
    case tick
    /// What there is should be shipped now: the process ends.
    case hurry
    /// So many records were read as the next batch, and whether there were more.
    case collected(count: Int, isFull: Bool)
    /// So many records of what was sent are durable in the log, and whether what it says of itself
    /// agrees with what it said before.
    case acknowledged(count: Int, isConsistent: Bool)
    /// The log refused what was sent, for what is in it.
    case refused
    /// There was no answer, or none that says anything about what was sent; milliseconds after
    /// which the log wants to be asked again.
    case failed(String, retryAfter: Int64?)
}

/// What is to be done.
public enum ShippingAction: Sendable, Equatable {
    /// Read the next batch.
    case collect
    /// Send these records of the batch.
    case send(Range<Int>)
    /// Set this record of the batch aside: it stays in the spool.
    case hold(Int)
    /// All of the batch is dealt with: keep the position, delete what is done with.
    case settle
}

/// What is counted, in records but for the last one.
public struct ShippingCounts: Sendable, Equatable {
    /// Sent, again and again where it was in vain.
    public var sent: UInt64 = 0
    /// Acknowledged by the log.
    public var acknowledged: UInt64 = 0
    /// Set aside because the log refused them.
    public var refused: UInt64 = 0
    /// Attempts without an acknowledgement or a refusal.
    public var failures: UInt64 = 0

    /// Nothing yet.
    public init() {}
}
