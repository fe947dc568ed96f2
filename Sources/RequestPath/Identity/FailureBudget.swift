// How many wrong keys and bad tokens one source may offer for one agent. It makes guessing and
// floods of new tokens cheap to refuse; it is asked only where a credential failed or is new, so
// right keys and cached tokens pass whatever their neighbours do.

public import ClawgressBytes
public import ClawgressModel

/// Counts failures by source and claimed agent, in a bounded table; one for each worker.
///
///     guard !budget.isExhausted(source: s, claimed: c, now: t) else { refuse }
///     // a wrong key or a refused new token:
///     budget.noteFailure(source: s, claimed: c, now: t)
public struct FailureBudget: ~Copyable {
    private struct Slot {
        var key: UInt64 = 0
        /// When the window began, in monotonic nanoseconds.
        var start: UInt64 = 0
        /// 0 for a slot that was never used.
        var failures: UInt32 = 0
    }

    private static var ways: Int { 8 }

    private let hash: KeyedHash
    private var slots: [Slot]
    private let failuresMax: UInt32
    private let window: UInt64

    /// Makes an empty table.
    ///
    /// - Parameters:
    ///   - capacity: how many pairs of source and agent are counted; rounded up to a power of two.
    ///   - failuresMax: how many failures a window allows.
    ///   - windowNanoseconds: how long a window is, from its first failure.
    ///   - hash: keyed with random bits of this process.
    public init(
        capacity: Int = 4_096,
        failuresMax: Int = 20,
        windowNanoseconds: UInt64 = 10_000_000_000,
        hash: KeyedHash
    ) {
        self.hash = hash
        var size = Self.ways
        while size < capacity { size *= 2 }
        slots = [Slot](repeating: Slot(), count: size)
        self.failuresMax = UInt32(clamping: failuresMax)
        window = windowNanoseconds
    }

    /// Whether a refusal for `reason` is a failure that counts.
    ///
    /// Who has the secret of an expired or revoked key guesses nothing; malformed and missing
    /// credentials cost nothing to refuse, and clients probe without any.
    public static func counts(_ reason: Reason) -> Bool {
        switch reason {
        case .keyUnknown, .keyWrongSecret, .keyOfOtherAgent, .agentUnknown, .tokenMalformed,
            .tokenAlgorithmRefused, .tokenIssuerUnknown, .tokenKeyUnknown, .tokenSignatureInvalid,
            .tokenExpired, .tokenNotYetValid, .tokenIssuedInFuture, .tokenLifeTooLong,
            .tokenAudienceMismatch, .tokenClaimMissing, .tokenClaimMismatch:
            true
        default:
            false
        }
    }

    /// Whether the pair has no failures left, so that the answer is `failureBudgetExhausted`.
    ///
    /// - Parameters:
    ///   - source: keyed hash of the source address.
    ///   - claimed: keyed hash of the claimed agent id; 0 if none was claimed.
    ///   - now: monotonic nanoseconds.
    public func isExhausted(source: UInt64, claimed: UInt64, now: UInt64) -> Bool {
        let key = key(source, claimed)
        for slot in ways(of: key) where slots[slot].key == key && isLive(slot, now) {
            return slots[slot].failures >= failuresMax
        }
        return false
    }

    /// Counts a failure of the pair.
    ///
    /// When its part of the table is full, the pair with the fewest failures is forgotten: a
    /// flood of invented agents forgets itself, and never a pair that is exhausted.
    public mutating func noteFailure(source: UInt64, claimed: UInt64, now: UInt64) {
        let key = key(source, claimed)
        var best = ways(of: key).lowerBound
        var least = UInt32.max
        for slot in ways(of: key) {
            let isUsed = isLive(slot, now)
            if isUsed, slots[slot].key == key {
                slots[slot].failures = min(slots[slot].failures + 1, failuresMax)
                return
            }
            let weight = isUsed ? slots[slot].failures : 0
            if weight < least {
                least = weight
                best = slot
            }
        }
        slots[best] = Slot(key: key, start: now, failures: 1)
    }

    private func key(_ source: UInt64, _ claimed: UInt64) -> UInt64 {
        hash.hash(hash.hash(source) ^ claimed)
    }

    private func ways(of key: UInt64) -> Range<Int> {
        let sets = slots.count / Self.ways
        let first = Int(truncatingIfNeeded: key & UInt64(sets - 1)) * Self.ways
        return first..<(first + Self.ways)
    }

    private func isLive(_ slot: Int, _ now: UInt64) -> Bool {
        slots[slot].failures > 0 && now &- slots[slot].start < window
    }
}
