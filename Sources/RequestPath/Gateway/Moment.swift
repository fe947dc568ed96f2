// One reading of the clocks for one request: quota, record and deadlines must agree about
// when it was.

import ClawgressReactor

/// An instant on both clocks.
struct Moment {
    /// Monotonic nanoseconds.
    let monotonic: UInt64
    /// Nanoseconds since 1970 UTC.
    let wall: Int64

    /// Seconds since 1970 UTC.
    var wallSeconds: Int64 { wall / 1_000_000_000 }
    /// Microseconds since 1970 UTC.
    var wallMicroseconds: Int64 { wall / 1_000 }
}

/// A worker's clock: one system call for both clocks, the distance between them refreshed
/// often enough that a step of the wall clock shows within a tenth of a second.
struct WorkerClock {
    private var distance: Int64 = 0
    private var refreshed: UInt64 = 0

    /// Reads the clock.
    mutating func read() -> Moment {
        let now = SystemClock.monotonicNanoseconds()
        if now - refreshed > 100_000_000 {
            distance = Int64(SystemClock.realtimeNanoseconds()) - Int64(now)
            refreshed = now
        }
        return Moment(monotonic: now, wall: Int64(now) + distance)
    }
}
