// Moments and ids between their text and what is compared.

import ClawgressBytes
import ClawgressConfigTree

/// Microseconds since 1970 UTC as text (RFC 3339) and back.
public enum Instant {
    /// `2026-11-23T21:17:42Z`, or with one to six digits behind the second; nil for anything else.
    public static func microseconds(_ text: String) -> Int64? {
        var whole = Substring(text)
        var fraction: Int64 = 0
        if let point = text.firstIndex(of: ".") {
            let digits = text[text.index(after: point)...].dropLast()
            guard text.hasSuffix("Z"), (1...6).contains(digits.utf8.count),
                digits.utf8.allSatisfy(ASCII.isDigit), let value = Int64(digits)
            else { return nil }
            fraction = (digits.utf8.count..<6).reduce(value) { value, _ in value * 10 }
            whole = text[..<point] + "Z"
        }
        return Moment.seconds(String(whole)).map { $0 * 1_000_000 + fraction }
    }

    /// `2026-11-23T21:17:42.000000Z`; instants outside 1970 to 9999 become the nearest.
    public static func text(_ microseconds: Int64) -> String {
        let bounded = min(max(microseconds, 0), Moment.range.upperBound * 1_000_000)
        let digits = String(bounded % 1_000_000)
        let seconds = Moment.text(bounded / 1_000_000) ?? ""
        return "\(seconds.dropLast())." + String(repeating: "0", count: 6 - digits.count)
            + "\(digits)Z"
    }
}

/// The ids of requests and administrative events.
public enum RecordID {
    /// The usual text of 16 bytes.
    public static func text(_ bytes: [UInt8]) -> String {
        let digits = Hexadecimal.encode(bytes)
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return (parts + [rest]).joined(separator: "-")
    }

    /// The 16 bytes of `019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a`; nil for anything else.
    static func bytes(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
        return Hexadecimal.decode(parts.joined())
    }
}
