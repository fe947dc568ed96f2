// Moments as people read them. A calendar of our own, because this module does without
// Foundation: the proleptic Gregorian one, UTC, years 1970 to 9999.

import ClawgressBytes

/// Seconds since 1970 as text (RFC 3339) and back.
public enum Moment {
    /// The moments that have a text: 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
    public static var range: ClosedRange<Int64> { 0...253_402_300_799 }

    /// `2026-11-23T21:17:42Z`; nil outside of ``range``.
    public static func text(_ seconds: Int64) -> String? {
        guard range.contains(seconds) else { return nil }
        let (year, month, day) = date(ofDay: seconds / 86_400)
        let second = seconds % 86_400
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
            + "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))Z"
    }

    /// The seconds of such a text; nil for anything else, leap seconds and other zones included.
    public static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        let template = Array("0000-00-00T00:00:00Z".utf8)
        guard bytes.count == template.count else { return nil }
        for (byte, expected) in zip(bytes, template) {
            let isDigit = expected == UInt8(ascii: "0")
            guard isDigit ? ASCII.isDigit(byte) : byte == expected else { return nil }
        }
        func number(_ place: Range<Int>) -> Int64 {
            bytes[place].reduce(0) { $0 * 10 + Int64($1 - 48) }
        }
        let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
        let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
        guard hour < 24, minute < 60, second < 60, year >= 1_970, (1...12).contains(month),
            day >= 1
        else { return nil }
        let dayNumber = Self.dayNumber(year, month, day)
        // A 30th of February would become a day of March.
        guard date(ofDay: dayNumber) == (year, month, day) else { return nil }
        return dayNumber * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// Days since 1970-01-01; years are counted from March, so that the leap day is the last.
    private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let leapDays = shifted / 4 - shifted / 100 + shifted / 400
        return shifted * 365 + leapDays + (monthFromMarch * 153 + 2) / 5 + day - 1 - 719_468
    }

    private static func date(ofDay day: Int64) -> (Int64, Int64, Int64) {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
