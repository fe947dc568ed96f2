// A clock for waiting, which nobody sets back.

/// Milliseconds since some moment.
enum MonotonicClock {
    private static let origin = ContinuousClock.now

    static func milliseconds() -> Int64 {
        let passed = origin.duration(to: .now).components
        return passed.seconds * 1_000 + passed.attoseconds / 1_000_000_000_000_000
    }
}
