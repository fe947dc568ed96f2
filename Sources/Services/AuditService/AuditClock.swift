// The questions that the service asks a clock: whether a client's certificate has ended, when it gave
// a sign of life, and how long something lasts.

import Foundation

enum AuditClock {
    /// Seconds since 1970 UTC.
    @Sendable static func wall() -> Int64 { Int64(Date().timeIntervalSince1970) }

    /// Microseconds since 1970 UTC.
    @Sendable static func wallMicroseconds() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1_000_000)
    }

    /// Milliseconds of a clock that nobody sets.
    @Sendable static func steady() -> Int64 {
        Int64(ProcessInfo.processInfo.systemUptime * 1_000)
    }
}
