// Time windows as arithmetic on Unix seconds: no calendar, no zone database, no surprise in
// the night when clocks change, because zones here are fixed offsets.

import ClawgressBytes
import ClawgressModel

/// A compiled weekly window; see `TimeWindow` for its meaning.
struct WeeklyWindow: BitwiseCopyable {
    /// The days on which the window begins; bit 0 is Monday.
    private let days: UInt8
    /// Seconds after local midnight at which it begins.
    private let from: Int64
    /// Seconds that it lasts, at most one day.
    private let length: Int64
    /// Seconds that local time is ahead of UTC.
    private let offset: Int64

    private static var secondsPerDay: Int64 { 86_400 }

    /// Whether `now`, in seconds since 1970 UTC, is in the window.
    func contains(_ now: Int64) -> Bool {
        let local = now &+ offset
        let second = Self.remainder(local, Self.secondsPerDay)
        let day = (local &- second) / Self.secondsPerDay
        if begins(on: day), second >= from, second < from + length { return true }
        // The part after midnight belongs to the day on which the window began.
        return begins(on: day &- 1) && second + Self.secondsPerDay < from + length
    }

    /// The first instant after `now`, in seconds since 1970 UTC, at which the window begins or
    /// ends.
    ///
    /// Where one day's part ends as the next one's begins nothing changes, and the instant is
    /// given all the same.
    func nextEdge(after now: Int64) -> Int64 {
        let local = now &+ offset
        let today = (local &- Self.remainder(local, Self.secondsPerDay)) / Self.secondsPerDay
        var next = Int64.max
        // A part that began yesterday may end today; with one day a week, seven days pass.
        for day in (today - 1)...(today + 7) where begins(on: day) {
            let start = day * Self.secondsPerDay + from
            if start > local { next = min(next, start) }
            if start + length > local { next = min(next, start + length) }
        }
        return next &- offset
    }

    /// Whether the window begins on the day with that number since 1970-01-01, a Thursday.
    private func begins(on day: Int64) -> Bool {
        days &>> UInt8(truncatingIfNeeded: Self.remainder(day &+ 3, 7)) & 1 == 1
    }

    /// The remainder that is never negative, for times before 1970.
    private static func remainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }
}

extension WeeklyWindow {
    /// Compiles `window`, or says in `report` what is wrong with which field.
    init?(_ window: TimeWindow, report: (_ field: String, _ problem: String) -> Void) {
        let days = Self.dayBits(window.days, report)
        let from = Self.secondOfDay(window.from)
        if from == nil || from == Self.secondsPerDay {
            report("from", "`\(window.from)` is no time of day; write `08:00`")
        }
        let to = Self.secondOfDay(window.to)
        if to == nil { report("to", "`\(window.to)` is no time of day; write `18:00`") }
        let offset = Self.offset(window.zone)
        if offset == nil {
            report("zone", "`\(window.zone)` is no fixed offset; write `UTC` or `+05:30`")
        }
        guard let days, let from, let to, let offset, from < Self.secondsPerDay else {
            return nil
        }
        self.days = days
        self.from = from
        self.length = to > from ? to - from : to + Self.secondsPerDay - from
        self.offset = offset
    }

    private static func dayBits(
        _ names: [String]?,
        _ report: (_ field: String, _ problem: String) -> Void
    ) -> UInt8? {
        guard let names else { return 0x7F }
        if names.isEmpty {
            report("days", "is empty; leave it out for every day")
            return nil
        }
        let known = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        var bits: UInt8 = 0
        var isValid = true
        for (index, name) in names.enumerated() {
            if let day = known.firstIndex(of: name) {
                bits |= 1 << UInt8(day)
            } else {
                report("days[\(index)]", "`\(name)` is no day; write `mon` to `sun`")
                isValid = false
            }
        }
        return isValid ? bits : nil
    }

    /// `HH:MM` in seconds; `24:00` is the end of the day.
    private static func secondOfDay(_ text: String) -> Int64? {
        guard let (hours, minutes) = hoursAndMinutes(Array(text.utf8)[...]) else { return nil }
        guard hours < 24 || (hours == 24 && minutes == 0) else { return nil }
        return hours * 3_600 + minutes * 60
    }

    /// `UTC` or `±HH:MM`, at most 14 hours as the farthest zone on Earth.
    private static func offset(_ text: String) -> Int64? {
        if text == "UTC" { return 0 }
        let bytes = Array(text.utf8)
        guard let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            let (hours, minutes) = hoursAndMinutes(bytes.dropFirst())
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        guard seconds <= 14 * 3_600 else { return nil }
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    private static func hoursAndMinutes(_ text: ArraySlice<UInt8>) -> (Int64, Int64)? {
        let bytes = Array(text)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        for place in [0, 1, 3, 4] where !ASCII.isDigit(bytes[place]) { return nil }
        func number(_ place: Int) -> Int64 {
            Int64(bytes[place] - 48) * 10 + Int64(bytes[place + 1] - 48)
        }
        guard number(3) < 60 else { return nil }
        return (number(0), number(3))
    }
}
