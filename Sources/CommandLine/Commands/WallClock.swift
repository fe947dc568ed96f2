// The one place where commands ask what time it is; everywhere else time is a parameter.

import Foundation

/// The system's wall clock.
enum WallClock {
    /// Seconds since 1970 UTC.
    static func seconds() -> Int64 {
        Int64(Date().timeIntervalSince1970)
    }

    /// Milliseconds since 1970 UTC.
    static func milliseconds() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1_000)
    }
}
