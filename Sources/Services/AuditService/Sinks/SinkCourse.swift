// How a sink goes on: where it is, when it tries again, and since when it does not get on. Pure: time
// and chance are passed in, so that a test can try every answer at every moment.

public import ClawgressAlerts

/// What a sink counted since the start.
public struct SinkCounts: Sendable, Equatable {
    /// Records that were taken; one that was sent again counts again.
    public var sent: UInt64 = 0
    /// Attempts that failed.
    public var failures: UInt64 = 0
    /// Entries that the log had no longer when their turn came.
    public var skipped: UInt64 = 0
    /// Records that have no form in the sink's format.
    public var unmapped: UInt64 = 0

    /// Nothing yet.
    public init() {}
}

/// A sink's way through the log.
public struct SinkCourse: Sendable {
    /// What lasts how long, in milliseconds.
    public struct Settings: Sendable {
        /// The pauses before other attempts.
        public var pauses = RetryPauses()
        /// For how long it may fail before it counts as down.
        public var downAfter: Int64

        /// The defaults.
        public init(downAfter: Int64) {
            self.downAfter = downAfter
        }
    }

    private enum Phase: Sendable {
        case ready
        case waiting(until: Int64)
        case halted
    }

    private let settings: Settings
    private var phase = Phase.ready
    private var failuresInARow = 0
    private var failingSince: Int64?
    /// The next entry to be looked at.
    public private(set) var next: Int
    /// Why it does not get on; nil if it does.
    public private(set) var problem: String?
    /// Whether the alert is raised.
    public private(set) var isDown = false
    /// What was counted.
    public var counts = SinkCounts()

    /// Begins at an entry.
    public init(next: Int, settings: Settings) {
        self.next = next
        self.settings = settings
    }

    /// Whether the last attempt succeeded.
    public var isUp: Bool { problem == nil }

    /// Whether nothing is tried before ``resume()``.
    public var isHalted: Bool {
        if case .halted = phase { true } else { false }
    }

    /// Milliseconds until something may be tried; 0 for now, nil for not before ``resume()``.
    public func pause(at now: Int64) -> Int64? {
        switch phase {
        case .ready: 0
        case .waiting(let until): max(0, until - now)
        case .halted: nil
        }
    }

    /// So many records were taken, and all entries before `end` are dealt with.
    public mutating func took(_ records: Int, upTo end: Int) {
        counts.sent += UInt64(records)
        next = end
        succeed()
    }

    /// What can be asked without handing anything over was answered well.
    public mutating func succeed() {
        (phase, failuresInARow, failingSince, problem) = (.ready, 0, nil, nil)
    }

    /// The entries before `end` are not there any more.
    public mutating func skip(to end: Int) {
        counts.skipped += UInt64(max(0, end - next))
        next = max(next, end)
    }

    /// Goes to an entry: where the cursor says, or back to send again.
    public mutating func go(to index: Int) {
        next = index
    }

    /// An attempt failed.
    ///
    /// - Parameter random: any number; the pause is between a half of what is due and all of it.
    public mutating func fail(_ problem: SinkProblem, at now: Int64, random: UInt64) {
        self.problem = problem.description
        counts.failures += 1
        failuresInARow += 1
        failingSince = failingSince ?? now
        if let resend = problem.resend { next = min(next, max(0, resend)) }
        switch problem.consequence {
        case .halt: phase = .halted
        case .retry(let asked):
            let pause = settings.pauses.after(
                failures: failuresInARow,
                asked: asked,
                random: random
            )
            phase = .waiting(until: now + pause)
        }
    }

    /// Tries at once, whatever was before: somebody says that it is mended.
    public mutating func resume() {
        phase = .ready
    }

    /// Whether the alert begins or ends now: true, false, or nil for neither.
    public mutating func look(at now: Int64) -> Bool? {
        let isDown = isHalted || failingSince.map { now - $0 >= settings.downAfter } ?? false
        guard isDown != self.isDown else { return nil }
        self.isDown = isDown
        return isDown
    }
}
