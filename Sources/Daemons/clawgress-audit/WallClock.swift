// What time it is, for the command that needs it.

import Foundation

enum WallClock {
    /// Microseconds since 1970 UTC.
    static func microseconds() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }
}
