// When the log looks after itself. Pure: each round is due so long after the one before was due, not after it
// was done, so that the work of a round does not delay all that follow.

/// The rounds of a log.
public struct Rounds: Sendable {
    private let every: Int64
    private var due: Int64

    /// Begins; the first round is due after one interval.
    ///
    /// - Parameters:
    ///   - every: milliseconds.
    ///   - now: milliseconds of a clock that nobody sets.
    public init(every: Int64, now: Int64) {
        self.every = every
        due = now
    }

    /// How long the next round is to be waited for, in milliseconds.
    ///
    /// Rounds that were missed are not made up for.
    public mutating func pause(at now: Int64) -> Int64 {
        due = max(due + every, now)
        return due - now
    }
}
