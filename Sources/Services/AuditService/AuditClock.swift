// The one question that the service asks a clock: whether a client's certificate has ended.

import Foundation

enum AuditClock {
    /// Seconds since 1970 UTC.
    @Sendable static func wall() -> Int64 { Int64(Date().timeIntervalSince1970) }
}
