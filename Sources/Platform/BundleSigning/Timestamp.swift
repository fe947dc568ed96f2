// Times in files that people read: RFC 3339, UTC, whole seconds.

import FoundationEssentials

/// Seconds since 1970 as text and back.
public enum Timestamp {
    /// `2026-11-23T21:17:42Z`.
    public static func text(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }

    /// The seconds of such a text, or nil.
    public static func seconds(_ text: String) -> Int64? {
        guard let date = try? Date(text, strategy: .iso8601) else { return nil }
        return Int64(date.timeIntervalSince1970)
    }
}
