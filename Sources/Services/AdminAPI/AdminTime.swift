// Points in time as the API writes them (RFC 3339, UTC).

import ClawgressConfigTree

/// Writes points in time.
enum AdminTime {
    /// Seconds since 1970 as `2026-01-31T08:00:00Z`.
    static func text(_ seconds: Int64) -> String {
        Moment.text(min(max(seconds, Moment.range.lowerBound), Moment.range.upperBound)) ?? ""
    }

    /// Microseconds since 1970 as `2026-01-31T08:00:00.000000Z`.
    static func microseconds(_ value: Int64) -> String {
        let digits = String(value % 1_000_000)
        let fraction = String(repeating: "0", count: 6 - digits.count) + digits
        return "\(text(value / 1_000_000).dropLast()).\(fraction)Z"
    }
}
