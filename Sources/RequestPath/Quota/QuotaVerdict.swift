// The answer of the quota stage, small enough to travel in registers.

public import ClawgressModel

/// What the quota says about one request.
public struct QuotaVerdict: Sendable, Equatable {
    /// The value of the event's field `quota_applied`.
    public var applied: QuotaApplied
    /// Whether the request goes on.
    public var isAdmitted: Bool
    /// Nanoseconds until a request would be admitted if no other comes; 0 if this one was.
    public var retryAfterNanoseconds: UInt64
    /// The limit of the binding window: the one that refuses longest, or the one with the least
    /// room; 0 where no limit applies.
    public var limit: UInt64
    /// How many more requests surely fit in that window now.
    public var remaining: UInt64
    /// Nanoseconds until that window has room again (refused) or is wholly new (admitted).
    public var resetNanoseconds: UInt64

    /// The verdict where no limit applies.
    public static var unlimited: QuotaVerdict {
        QuotaVerdict(
            applied: .none,
            isAdmitted: true,
            retryAfterNanoseconds: 0,
            limit: 0,
            remaining: 0,
            resetNanoseconds: 0
        )
    }
}
