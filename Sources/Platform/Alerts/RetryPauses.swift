// When something that failed is tried again. Pure: chance and time are passed in.

/// How long to wait between attempts, in milliseconds.
public struct RetryPauses: Sendable {
    /// The first pause, and the longest.
    public var pause: ClosedRange<Int64> = 250...60_000
    /// The longest pause that the other side may ask for.
    public var askedMax: Int64 = 600_000

    /// The defaults.
    public init() {}

    /// The pause behind the last of some failures in a row.
    ///
    /// - Parameters:
    ///   - failures: how many in a row, this one with them.
    ///   - asked: the pause that the other side wishes; nil for none.
    ///   - random: any number; the pause is between a half of what is due and all of it.
    public func after(failures: Int, asked: Int64?, random: UInt64) -> Int64 {
        let due = min(pause.upperBound, pause.lowerBound << Int64(min(max(failures - 1, 0), 20)))
        let drawn = due / 2 + Int64(random % UInt64(due - due / 2 + 1))
        return max(drawn, min(max(asked ?? 0, 0), askedMax))
    }
}

/// How the telling of alerts goes on.
public struct TellingCourse: Sendable {
    private let pauses = RetryPauses()
    private var failuresInARow = 0
    private var next: Int64?
    /// Why the last attempt failed; nil if it did not.
    public private(set) var problem: String?
    /// Attempts that failed since the start.
    public private(set) var failures: UInt64 = 0

    /// Nothing was tried yet.
    public init() {}

    /// Whether something may be tried.
    ///
    /// - Parameter now: milliseconds of a clock that never goes back.
    public func mayTry(at now: Int64) -> Bool { next.map { now >= $0 } ?? true }

    /// An attempt succeeded.
    public mutating func succeed() {
        (failuresInARow, next, problem) = (0, nil, nil)
    }

    /// A note was refused: the receiver is there, so the others go on at once.
    public mutating func refuse() {
        failures += 1
        succeed()
    }

    /// An attempt failed, and all others would.
    ///
    /// - Parameter random: any number.
    /// - Returns: whether the attempt before did not fail in the same way.
    public mutating func fail(_ problem: WebhookProblem, at now: Int64, random: UInt64) -> Bool {
        failures += 1
        failuresInARow += 1
        var asked: Int64?
        if case .later(let after) = problem.answer { asked = after }
        next = now + pauses.after(failures: failuresInARow, asked: asked, random: random)
        defer { self.problem = problem.description }
        return self.problem != problem.description
    }
}
