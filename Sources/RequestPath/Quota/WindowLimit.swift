// One limit on one sliding window, exact without looking at all sub-windows each time.
//
// Looking at 128 cells for each request would cost more than the rest of a decision. Instead a
// look is turned into a claim that stays true: if the look found `sum` requests in the window
// at tick `t` when number `n` was the last drawn, then the requests with numbers up to the
// horizon `n + limit - sum` can never be more than `limit` in any window that ends at `t` or
// later, whoever they are. Requests below the horizon are admitted without a look; the first
// one above it looks again. Proof of exactness: of all requests admitted in some window, take
// the one with the greatest number; the claim that admitted it covers all the others.
//
// The claim depends on the limit, so it lives here, with one snapshot's limit, and not with the
// counts, which outlive snapshots.

import Synchronization

/// A limit and what is known about how far it is from being reached.
struct WindowLimit: ~Copyable {
    /// Requests admitted in any one window; nil for no limit.
    let limit: UInt64?
    /// The last number that needs no look.
    private let horizon = Atomic<UInt64>(0)
    /// The first tick for which the horizon holds.
    ///
    /// Stored before the horizon and only growing,
    /// so a reader that sees a horizon never sees a tick that is too early for it.
    private let validFrom = Atomic<UInt64>(0)

    init(_ limit: Int?) {
        self.limit = limit.map { UInt64(max($0, 0)) }
    }

    /// What counting one request against the limit showed.
    struct Count: BitwiseCopyable {
        /// The tick it was counted under, for taking it back.
        var countedTick: UInt64
        /// Whether the request is one too many.
        var isOver: Bool
        /// How many more are known to fit now; a lower bound.
        var remaining: UInt64
    }

    /// Counts one request at `tick`; the caller takes it back if it is refused.
    func count(in window: borrowing SlidingWindow, limit: UInt64, tick: UInt64) -> Count {
        let (number, countedTick) = window.enter(tick: tick)
        let known = horizon.load(ordering: .acquiring)
        if number <= known, tick >= validFrom.load(ordering: .relaxed) {
            return Count(countedTick: countedTick, isOver: false, remaining: known &- number)
        }
        let (issued, sum) = window.recount(tick: tick)
        guard sum <= limit else {
            return Count(countedTick: countedTick, isOver: true, remaining: 0)
        }
        validFrom.max(tick, ordering: .relaxed)
        horizon.max(issued &+ (limit - sum), ordering: .releasing)
        return Count(countedTick: countedTick, isOver: false, remaining: limit - sum)
    }
}
