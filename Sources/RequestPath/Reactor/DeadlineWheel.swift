// Deadlines of many connections: moving one later is a single store, because the wheel looks
// again only when the old bucket comes round. Most deadlines move often and expire never.

/// A lazy timer wheel over table indices.
///
/// Each index has at most one deadline. Setting it later costs one store; setting it earlier
/// than where the index is filed files it again. Resolution is one tick (10 ms).
public struct DeadlineWheel: ~Copyable {
    private static var tickNanoseconds: UInt64 { 10_000_000 }
    private static var bucketCount: Int { 1_024 }
    private static var none: UInt32 { .max }

    private struct Entry: BitwiseCopyable {
        /// When it expires, in nanoseconds; 0 for no deadline.
        var due: UInt64 = 0
        /// The tick it is filed under; 0 for not filed.
        var filed: UInt64 = 0
        var next: UInt32 = 0
        var previous: UInt32 = 0
    }

    private var entries: SlotTable<Entry>
    private var heads: [UInt32]
    /// One bit for each bucket that is not empty: a worker with little to do asks for the next
    /// one in every turn, and would walk over a thousand empty ones.
    private var occupied: [UInt64]
    private var current: UInt64
    private var filedCount = 0

    /// Makes a wheel for indices below `capacity`, beginning at `now`; nil without memory.
    public init?(capacity: Int, now: UInt64) {
        guard let table = SlotTable<Entry>(capacity: capacity) else { return nil }
        entries = table
        heads = Array(repeating: Self.none, count: Self.bucketCount)
        occupied = Array(repeating: 0, count: Self.bucketCount / 64)
        current = now / Self.tickNanoseconds
    }

    /// Sets or moves the deadline of `index` to `due` nanoseconds.
    public mutating func set(_ index: Int, due: UInt64) {
        if !entries.isOpen(index) { entries.open(index, Entry()) }
        entries[index].due = due
        let tick = max(due / Self.tickNanoseconds, current) + 1
        let filed = entries[index].filed
        if filed == 0 {
            file(index, under: tick)
        } else if tick < filed {
            unfile(index)
            file(index, under: tick)
        }
    }

    /// Removes the deadline of `index`.
    public mutating func clear(_ index: Int) {
        guard entries.isOpen(index) else { return }
        entries[index].due = 0
    }

    /// Whether the index has a deadline now.
    public func isPending(_ index: Int) -> Bool {
        entries.isOpen(index) && entries[index].due != 0
    }

    /// Forgets `index` entirely, when its descriptor closes.
    public mutating func forget(_ index: Int) {
        guard entries.isOpen(index) else { return }
        if entries[index].filed != 0 { unfile(index) }
        entries.close(index)
    }

    /// How long a worker may sleep: milliseconds to the next tick with entries, or -1.
    public func sleepMilliseconds(now: UInt64) -> Int32 {
        guard filedCount > 0 else { return -1 }
        let due = nextOccupiedTick() * Self.tickNanoseconds
        return due <= now ? 0 : Int32(min((due - now) / 1_000_000 + 1, 10_000))
    }

    /// The first tick behind the current one whose bucket is not empty; some bucket is not.
    private func nextOccupiedTick() -> UInt64 {
        let words = occupied.count
        let first = Int(current &+ 1) & (Self.bucketCount - 1)
        var word = first / 64
        var bits = occupied[word] & (UInt64.max << UInt64(first & 63))
        for _ in 0..<words where bits == 0 {
            word = (word + 1) % words
            bits = occupied[word]
        }
        let bucket = word * 64 + bits.trailingZeroBitCount
        let distance = (bucket - first) & (Self.bucketCount - 1)
        return current + 1 + UInt64(distance)
    }

    /// Moves the wheel to `now` and hands each expired index to `expire`, deadline removed.
    ///
    /// - Parameter expired: receives the indices; append-only.
    public mutating func advance(to now: UInt64, expired: inout [UInt32]) {
        let target = now / Self.tickNanoseconds
        // A worker that slept long need not visit a bucket twice.
        if target > current + UInt64(Self.bucketCount) {
            current = target - UInt64(Self.bucketCount)
        }
        while current < target {
            current += 1
            visit(bucket: Int(current) & (Self.bucketCount - 1), now: now, &expired)
        }
    }

    private mutating func visit(bucket: Int, now: UInt64, _ expired: inout [UInt32]) {
        var index = heads[bucket]
        while index != Self.none {
            let next = entries[Int(index)].next
            let due = entries[Int(index)].due
            if due == 0 {
                unfile(Int(index))
            } else if due <= now {
                unfile(Int(index))
                entries[Int(index)].due = 0
                expired.append(index)
            } else {
                unfile(Int(index))
                file(Int(index), under: max(due / Self.tickNanoseconds, current) + 1)
            }
            index = next
        }
    }

    private mutating func file(_ index: Int, under tick: UInt64) {
        // Far deadlines sit in the farthest bucket and are filed again when it comes.
        let near = min(tick, current + UInt64(Self.bucketCount) - 1)
        let bucket = Int(near) & (Self.bucketCount - 1)
        let head = heads[bucket]
        entries[index].filed = near
        entries[index].next = head
        entries[index].previous = Self.none
        if head != Self.none { entries[Int(head)].previous = UInt32(index) }
        heads[bucket] = UInt32(index)
        occupied[bucket / 64] |= 1 << UInt64(bucket & 63)
        filedCount += 1
    }

    private mutating func unfile(_ index: Int) {
        let bucket = Int(entries[index].filed) & (Self.bucketCount - 1)
        let next = entries[index].next
        let previous = entries[index].previous
        if previous == Self.none {
            heads[bucket] = next
            if next == Self.none { occupied[bucket / 64] &= ~(1 << UInt64(bucket & 63)) }
        } else {
            entries[Int(previous)].next = next
        }
        if next != Self.none { entries[Int(next)].previous = previous }
        entries[index].filed = 0
        filedCount -= 1
    }
}
