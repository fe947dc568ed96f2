// The service's two clocks, as values that a test can move.

import Foundation

/// What time it is.
public struct PolicyClock: Sendable {
    /// Seconds since 1970 UTC: what is signed, kept and shown.
    public var wall: @Sendable () -> Int64
    /// Milliseconds since some moment, never backwards: what time-outs are counted in.
    public var uptime: @Sendable () -> Int64

    /// Makes clocks.
    public init(
        wall: @escaping @Sendable () -> Int64,
        uptime: @escaping @Sendable () -> Int64
    ) {
        self.wall = wall
        self.uptime = uptime
    }

    /// The system's.
    public static var system: PolicyClock {
        let start = ContinuousClock.now
        return PolicyClock(
            wall: { Int64(Date().timeIntervalSince1970) },
            uptime: {
                let (seconds, attoseconds) = (ContinuousClock.now - start).components
                return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
            }
        )
    }
}
