// Wall-clock instants as text, without a calendar library: events only know UTC.

import ClawgressBytes

/// RFC 3339 text of an instant.
public enum Timestamp {
    /// The last microsecond of the year 9999, where the format ends.
    static var microsecondsMax: Int64 { 253_402_300_799_999_999 }

    /// `2026-11-23T21:00:00.000000Z`; instants outside 1970 to 9999 become the nearest.
    public static func text(microseconds: Int64) -> String {
        var out = ByteBuffer(capacity: 32)
        append(microseconds: microseconds, to: &out)
        return out.bytes.string()
    }

    /// Appends `2026-11-23T21:00:00.000000Z`; instants outside 1970 to 9999 become the nearest.
    static func append(microseconds: Int64, to out: inout ByteBuffer) {
        let bounded = min(max(microseconds, 0), microsecondsMax)
        let seconds = Int(bounded / 1_000_000)
        let date = civilDate(days: seconds / 86_400)
        let second = seconds % 86_400
        append(date.year, width: 4, to: &out)
        out.append("-")
        append(date.month, width: 2, to: &out)
        out.append("-")
        append(date.day, width: 2, to: &out)
        out.append("T")
        append(second / 3_600, width: 2, to: &out)
        out.append(":")
        append(second / 60 % 60, width: 2, to: &out)
        out.append(":")
        append(second % 60, width: 2, to: &out)
        out.append(".")
        append(Int(bounded % 1_000_000), width: 6, to: &out)
        out.append("Z")
    }

    /// The Gregorian date a number of days after 1970-01-01.
    ///
    /// Counted in years that begin in March, so that the leap day is a year's last, and in eras
    /// of 400 years, which all have 146,097 days.
    static func civilDate(days: Int) -> (year: Int, month: Int, day: Int) {
        let sinceEra = days + 719_468
        let era = sinceEra / 146_097
        let dayOfEra = sinceEra % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func append(_ value: Int, width: Int, to out: inout ByteBuffer) {
        var place = 1
        for _ in 1..<width { place *= 10 }
        while place > 0 {
            out.append(UInt8(ascii: "0") + UInt8(value / place % 10))
            place /= 10
        }
    }
}
