// Spans of time as people write them: 90d, 1h, 30m, 45s.

import ArgumentParser

/// A span of whole seconds.
struct LifeSpan: ExpressibleByArgument, Equatable {
    /// Ten years: what is longer was not meant.
    private static var secondsMax: Int64 { 315_360_000 }

    let seconds: Int64

    init(seconds: Int64) {
        self.seconds = seconds
    }

    /// Reads a number and `s`, `m`, `h` or `d`.
    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let last = argument.last, let unit = units[last],
            let count = Int64(argument.dropLast()), count > 0, count <= Self.secondsMax / unit
        else { return nil }
        seconds = count * unit
    }

    var defaultValueDescription: String {
        for (unit, letter) in [(Int64(86_400), "d"), (3_600, "h"), (60, "m")]
        where seconds % unit == 0 { return "\(seconds / unit)\(letter)" }
        return "\(seconds)s"
    }
}
