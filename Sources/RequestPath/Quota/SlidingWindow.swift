// The counters behind a limit: how many requests an agent made in each of the last sub-windows.
// Several workers count in them at the same time without a lock.
//
// A ring of 128 cells, each one word: the sub-window's tick above, its count below. A cell whose
// tick is a lap old is replaced by whoever first counts in the new sub-window. A request counts
// in its cell first and then draws a number, so whoever reads the last number and then the cells
// sees every request with a number up to that one: this is all that `WindowLimit` builds on.

import Synchronization

/// Counts of requests in sub-windows of time, shared by all workers.
struct SlidingWindow: ~Copyable {
    /// Sub-windows in one window; a window in progress touches one more.
    static var subWindows: UInt64 { 64 }
    /// Nanoseconds of a sub-window of one second.
    static var secondTickNanoseconds: UInt64 { 1_000_000_000 / subWindows }
    /// Nanoseconds of a sub-window of 60 seconds.
    static var minuteTickNanoseconds: UInt64 { 60 * secondTickNanoseconds }

    /// 28 bits of count leave 36 for the tick: 34 years of uptime, and more requests in a
    /// sixty-fourth of a minute than a machine can make.
    private static var countBits: UInt64 { 28 }
    private static var countMask: UInt64 { (1 &<< countBits) &- 1 }
    private static var ringMask: UInt64 { 127 }

    private let ring = InlineArray<128, Atomic<UInt64>> { _ in Atomic(0) }
    private let issued = Atomic<UInt64>(0)

    /// Counts one request and draws its number.
    ///
    /// - Returns: the number, and the tick it was counted under, which is later than `tick` only
    ///   if another caller is already more than a lap ahead.
    func enter(tick: UInt64) -> (number: UInt64, countedTick: UInt64) {
        let index = Int(tick & Self.ringMask)
        var word = ring[index].load(ordering: .relaxed)
        while true {
            let desired = word &>> Self.countBits >= tick ? word &+ 1 : tick &<< Self.countBits | 1
            let result = ring[index].weakCompareExchange(
                expected: word,
                desired: desired,
                ordering: .acquiringAndReleasing
            )
            if result.exchanged {
                let number = issued.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue
                return (number, desired &>> Self.countBits)
            }
            word = result.original
        }
    }

    /// Takes one request back; its number stays drawn.
    func leave(countedTick: UInt64) {
        let index = Int(countedTick & Self.ringMask)
        var word = ring[index].load(ordering: .relaxed)
        while word &>> Self.countBits == countedTick {
            let result = ring[index].weakCompareExchange(
                expected: word,
                desired: word &- 1,
                ordering: .acquiringAndReleasing
            )
            if result.exchanged { return }
            word = result.original
        }
    }

    /// Counts the requests that share a window with one at `tick`, those of workers whose clock
    /// is ahead included.
    ///
    /// - Returns: the last number drawn before the look, and the sum.
    func recount(tick: UInt64) -> (issued: UInt64, sum: UInt64) {
        let last = issued.load(ordering: .acquiring)
        let oldest = Self.oldestTick(tick)
        var sum: UInt64 = 0
        for index in 0..<128 {
            let word = ring[index].load(ordering: .relaxed)
            sum &+= word &>> Self.countBits >= oldest ? word & Self.countMask : 0
        }
        return (last, sum)
    }

    /// The first tick, from `tick` on, at which one more request fits under `limit` if no other
    /// comes; a whole window later for a limit of zero.
    func firstFreeTick(limit: UInt64, tick: UInt64) -> UInt64 {
        let sum = recount(tick: tick).sum
        guard sum >= limit else { return tick }
        let excess = sum - limit + 1
        var leaving: UInt64 = 0
        for candidate in Self.oldestTick(tick)...(tick + Self.subWindows) {
            let word = ring[Int(candidate & Self.ringMask)].load(ordering: .relaxed)
            guard word &>> Self.countBits == candidate else { continue }
            leaving += word & Self.countMask
            if leaving >= excess { return candidate + Self.subWindows + 1 }
        }
        return tick + Self.subWindows
    }

    private static func oldestTick(_ tick: UInt64) -> UInt64 {
        tick > subWindows ? tick - subWindows : 0
    }
}
