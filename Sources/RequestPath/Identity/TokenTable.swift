// The table under the token cache: sets of four slots, the least recently used of a set gives
// way. Four comparisons at most for each lookup, and no list to keep in order.

import ClawgressBytes

/// A bounded table from tokens to a number and a note.
struct TokenTable: ~Copyable {
    /// Under which snapshot and when something is asked or stored.
    struct Moment {
        let generation: UInt64
        /// Seconds since 1970 UTC.
        let now: Int64
    }

    private struct Slot {
        var hash: UInt64 = 0
        var generation: UInt64 = 0
        var since: Int64 = 0
        var until: Int64 = 0
        var lastUse: UInt64 = 0
        var value: Int32 = 0
        var tokenLength: Int32 = 0

        /// Whether the content still holds.
        ///
        /// A clock that was set back ends it too, or a refusal
        /// could be remembered for as long as the clock was wrong.
        func holds(_ moment: Moment) -> Bool {
            generation == moment.generation && since <= moment.now && moment.now < until
        }
    }

    private static var ways: Int { 4 }

    private var slots: [Slot]
    /// For each slot the token's bytes and behind them the note.
    private var texts: [[UInt8]]
    private var uses: UInt64 = 0

    /// Makes an empty table for `capacity` tokens, rounded up to a power of two.
    init(capacity: Int) {
        var size = Self.ways
        while size < capacity { size *= 2 }
        slots = [Slot](repeating: Slot(), count: size)
        texts = [[UInt8]](repeating: [], count: size)
    }

    /// The slot of a token whose entry still holds, or nil.
    ///
    /// The whole token is compared: two
    /// tokens with one hash must not share a verdict.
    mutating func find(_ token: Span<UInt8>, _ hash: UInt64, _ moment: Moment) -> Int? {
        for slot in ways(of: hash) where slots[slot].hash == hash {
            guard slots[slot].holds(moment), isToken(token, in: slot) else { continue }
            uses &+= 1
            slots[slot].lastUse = uses
            return slot
        }
        return nil
    }

    /// The number stored with a found token.
    func value(of slot: Int) -> Int32 {
        slots[slot].value
    }

    /// Appends the note of a found token, or nothing if it does not fit.
    func appendNote(of slot: Int, to buffer: inout ByteBuffer) {
        let text = texts[slot]
        buffer.append(text.span.extracting(droppingFirst: Int(slots[slot].tokenLength)))
    }

    /// Stores a token, in place of itself, of an entry that holds no longer, or of the least
    /// recently used of its set.
    mutating func insert(
        _ token: Span<UInt8>,
        _ hash: UInt64,
        _ moment: Moment,
        until: Int64,
        value: Int32,
        note: [UInt8]
    ) {
        guard until > moment.now else { return }
        let slot = victim(for: token, hash, moment)
        uses &+= 1
        slots[slot] = Slot(
            hash: hash,
            generation: moment.generation,
            since: moment.now,
            until: until,
            lastUse: uses,
            value: value,
            tokenLength: Int32(token.count)
        )
        texts[slot] = token.array() + note
    }

    private func victim(for token: Span<UInt8>, _ hash: UInt64, _ moment: Moment) -> Int {
        let candidates = ways(of: hash)
        for slot in candidates where slots[slot].hash == hash && isToken(token, in: slot) {
            return slot
        }
        var best = candidates.lowerBound
        for slot in candidates {
            guard slots[slot].holds(moment) else { return slot }
            if slots[slot].lastUse < slots[best].lastUse { best = slot }
        }
        return best
    }

    private func ways(of hash: UInt64) -> Range<Int> {
        let sets = slots.count / Self.ways
        let first = Int(truncatingIfNeeded: hash & UInt64(sets - 1)) * Self.ways
        return first..<(first + Self.ways)
    }

    private func isToken(_ token: Span<UInt8>, in slot: Int) -> Bool {
        let length = Int(slots[slot].tokenLength)
        guard length == token.count else { return false }
        let texts = self.texts.span
        return texts[slot].span.extracting(0..<length).equals(token)
    }
}
