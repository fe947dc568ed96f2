// The one place that asks what time it is.

import Foundation

/// Where time comes from; tests give their own.
public struct AdminClock: Sendable {
    /// Microseconds since 1970 UTC.
    public let microseconds: @Sendable () -> Int64

    /// Takes time from `microseconds`.
    public init(microseconds: @escaping @Sendable () -> Int64) {
        self.microseconds = microseconds
    }

    /// The machine's clock.
    public static let machine = AdminClock {
        Int64(Date().timeIntervalSince1970 * 1_000_000)
    }

    /// Seconds since 1970 UTC.
    var seconds: Int64 { microseconds() / 1_000_000 }
}
