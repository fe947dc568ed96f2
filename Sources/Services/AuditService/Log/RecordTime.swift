// Times in the one form that records have: their order is that of their bytes.

import Foundation

enum RecordTime {
    /// Writes `2026-11-26T09:00:00.000171Z`.
    ///
    /// - Parameter microseconds: since 1970 UTC, not negative.
    static func text(_ microseconds: Int64) -> String {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        let fraction = String(rest)
        let digits = String(repeating: "0", count: 6 - fraction.count) + fraction
        return "\(whole.dropLast()).\(digits)Z"
    }
}
