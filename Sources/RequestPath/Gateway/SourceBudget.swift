// A source that is refused again and again loses the right to keep asking: first its
// connections are not kept, then it is refused at accept. That bounds what a runaway client
// costs without touching its neighbours.

import ClawgressBytes
import ClawgressModel

/// Refusals per source address, in a bounded table (semantics: 100 in 10 s, then 10 s).
struct SourceBudget: ~Copyable {
    private struct Slot {
        var source: UInt64 = 0
        var began: UInt64 = 0
        var blockedUntil: UInt64 = 0
        var refusals: UInt32 = 0
    }

    static let refusalsMax: UInt32 = 100
    static let windowNanoseconds: UInt64 = 10_000_000_000

    private var slots = [Slot](repeating: Slot(), count: 4_096)
    private let hash: KeyedHash

    init(hash: KeyedHash) {
        self.hash = hash
    }

    /// The keyed name of a source: the whole IPv4 address, or the /64 of an IPv6 one, since
    /// one host owns all of that.
    func key(_ address: IPAddress) -> UInt64 {
        hash.hash(address.isV4 ? address.low : address.high ^ 0x9E37_79B9) | 1
    }

    /// Counts a refusal.
    ///
    /// - Returns: whether the source has used its budget up, so that the connection ends.
    mutating func note(_ source: UInt64, now: UInt64) -> Bool {
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
    func isBlocked(_ source: UInt64, now: UInt64) -> Bool {
        let place = Int(truncatingIfNeeded: source >> 8) & (slots.count - 1)
        return slots[place].source == source && now < slots[place].blockedUntil
    }
}
