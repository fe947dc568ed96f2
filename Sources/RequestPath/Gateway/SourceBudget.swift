// A source that is refused again and again loses the right to keep asking: first its
// connections are not kept, then it is refused at accept. That bounds what a runaway client
// costs without touching its neighbours.

public import ClawgressBytes
public import ClawgressModel

/// Refusals per source address, in a bounded table (semantics: 100 in 10 s, then 10 s).
public struct SourceBudget: ~Copyable {
    private struct Slot {
        var source: UInt64 = 0
        var began: UInt64 = 0
        var blockedUntil: UInt64 = 0
        var refusals: UInt32 = 0
    }

    /// Refusals that a source may cause in one window.
    public static var refusalsMax: UInt32 { 100 }
    /// The window, and how long a source that used its budget up is blocked.
    public static var windowNanoseconds: UInt64 { 10_000_000_000 }

    private var slots = [Slot](repeating: Slot(), count: 4_096)
    private let hash: KeyedHash

    /// Makes a table whose places nobody outside can foresee.
    public init(hash: KeyedHash) {
        self.hash = hash
    }

    /// The keyed name of a source: the whole IPv4 address, or the /64 of an IPv6 one, since
    /// one host owns all of that.
    public func key(_ address: IPAddress) -> UInt64 {
        hash.hash(address.isV4 ? address.low : address.high ^ 0x9E37_79B9) | 1
    }

    /// Counts a refusal.
    ///
    /// - Parameter now: monotonic nanoseconds, here and below.
    /// - Returns: whether the source has used its budget up, so that the connection ends.
    public mutating func note(_ source: UInt64, now: UInt64) -> Bool {
        let place = Int(truncatingIfNeeded: source >> 8) & (slots.count - 1)
        if slots[place].source != source {
            // Two sources in one slot: the one with an older window makes room.
            guard now > slots[place].blockedUntil, now - slots[place].began > Self.windowNanoseconds
            else { return false }
            slots[place] = Slot(source: source, began: now)
        } else if now - slots[place].began > Self.windowNanoseconds {
            slots[place].began = now
            slots[place].refusals = 0
        }
        slots[place].refusals += 1
        guard slots[place].refusals > Self.refusalsMax else { return false }
        slots[place].blockedUntil = now + Self.windowNanoseconds
        return true
    }

    /// Whether the source is refused at accept.
    public func isBlocked(_ source: UInt64, now: UInt64) -> Bool {
        let place = Int(truncatingIfNeeded: source >> 8) & (slots.count - 1)
        return slots[place].source == source && now < slots[place].blockedUntil
    }
}
