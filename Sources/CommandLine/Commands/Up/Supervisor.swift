// Which daemon of `clawgress up` runs, waits or ends: decided here without a process, a signal or
// a clock, so that a test can let hours and crashes pass in a line.

/// Keeps a list of daemons running, and ends them in the reverse order of their start.
///
/// Times are milliseconds of any clock that never goes back.
public struct Supervisor: Sendable {
    /// How patient it is.
    public struct Patience: Sendable {
        /// The pause before a first restart; doubled each time, up to `pauseMax`.
        public var pause: Int64 = 250
        /// The longest pause between two starts.
        public var pauseMax: Int64 = 10_000
        /// Who ran that long is healthy again: the next pause is the first one.
        public var steadyAfter: Int64 = 30_000
        /// Who is not ready by then is ended.
        public var startMax: Int64 = 60_000
        /// Who has not ended by then is killed.
        public var stopMax: Int64 = 20_000

        /// The usual patience.
        public init() {}
    }

    /// What is to be done to a process.
    public enum Action: Sendable, Equatable {
        /// Start it.
        case start(String)
        /// Ask it to end.
        case terminate(String)
        /// End it by force.
        case kill(String)
    }

    /// What a daemon is doing.
    public enum State: Sendable, Equatable {
        /// Not asked for yet.
        case idle
        /// Started, and not ready by its own word.
        case starting(since: Int64)
        case ready(since: Int64)
        /// Waits before it is started again.
        case paused(until: Int64)
        /// Was told to end.
        case stopping(killAt: Int64)
        /// Ended and not to be started again.
        case ended
    }

    /// Where the whole is.
    public enum Phase: Sendable, Equatable {
        case running
        case stopping
        /// All have ended because they were told to.
        case stopped
        /// All have ended because the named one could not be started.
        case failed(String)
    }

    private struct Ward {
        let name: String
        var state = State.idle
        var pause: Int64
        var restarts = 0
        var wasReady = false
    }

    private let patience: Patience
    private var wards: [Ward]
    private var culprit: String?
    private var isStopping = false

    /// Watches over `daemons`, in the order in which they are started.
    public init(_ daemons: [String], patience: Patience = Patience()) {
        self.patience = patience
        wards = daemons.map { Ward(name: $0, pause: patience.pause) }
    }

    /// Where the whole is.
    public var phase: Phase {
        guard isStopping else { return .running }
        guard wards.allSatisfy({ $0.state == .ended }) else { return .stopping }
        return culprit.map { .failed($0) } ?? .stopped
    }

    /// Each daemon's state and how often it was started again.
    public var report: [(name: String, state: State, restarts: Int)] {
        wards.map { ($0.name, $0.state, $0.restarts) }
    }

    /// A daemon's state; nil for one that it does not know.
    public func state(of name: String) -> State? {
        wards.first { $0.name == name }?.state
    }

    /// When `tick` has something to do next; nil if nothing waits for time.
    public var nextTick: Int64? {
        wards.compactMap { ward -> Int64? in
            switch ward.state {
            case .starting(let since): since + patience.startMax
            case .paused(let until): until
            case .stopping(let killAt): killAt
            case .idle, .ready, .ended: nil
            }
        }.min()
    }
}

extension Supervisor {
    /// Asks for a daemon's first start.
    public mutating func begin(_ name: String, at now: Int64) -> [Action] {
        guard !isStopping, let place = place(of: name), wards[place].state == .idle else {
            return []
        }
        wards[place].state = .starting(since: now)
        return [.start(name)]
    }

    /// A daemon said that it serves.
    public mutating func becameReady(_ name: String, at now: Int64) {
        guard let place = place(of: name), case .starting = wards[place].state else { return }
        wards[place].state = .ready(since: now)
        wards[place].wasReady = true
    }

    /// A daemon's process has ended, or could not be made.
    public mutating func ended(_ name: String, at now: Int64) -> [Action] {
        guard let place = place(of: name) else { return [] }
        if isStopping {
            wards[place].state = .ended
            return stopNext(at: now)
        }
        // One that never served will not do so by trying again: a wrong setting, a taken port.
        guard wards[place].wasReady else {
            wards[place].state = .ended
            culprit = name
            return stop(at: now)
        }
        if case .ready(let since) = wards[place].state, now - since >= patience.steadyAfter {
            wards[place].pause = patience.pause
        }
        let pause = wards[place].pause
        wards[place].state = .paused(until: now + pause)
        wards[place].pause = min(pause * 2, patience.pauseMax)
        return []
    }

    /// Time has passed.
    public mutating func tick(at now: Int64) -> [Action] {
        var actions: [Action] = []
        for place in wards.indices {
            switch wards[place].state {
            case .paused(let until) where until <= now:
                wards[place].state = .starting(since: now)
                wards[place].restarts += 1
                actions.append(.start(wards[place].name))
            case .starting(let since) where since + patience.startMax <= now:
                // Killed once; its end comes back as an event and decides what follows.
                wards[place].state = .starting(since: now)
                actions.append(.kill(wards[place].name))
            case .stopping(let killAt) where killAt <= now:
                wards[place].state = .stopping(killAt: now + patience.stopMax)
                actions.append(.kill(wards[place].name))
            default: continue
            }
        }
        return actions
    }

    /// Ends all, the last started first; asked a second time, by force and at once.
    public mutating func stop(at now: Int64) -> [Action] {
        guard isStopping else {
            isStopping = true
            return stopNext(at: now)
        }
        return wards.filter { Self.hasProcess($0.state) }.map { .kill($0.name) }
    }

    /// One at a time: a daemon's neighbours are there until it has ended.
    private mutating func stopNext(at now: Int64) -> [Action] {
        for place in wards.indices.reversed() {
            switch wards[place].state {
            case .idle, .paused: wards[place].state = .ended
            case .starting, .ready:
                wards[place].state = .stopping(killAt: now + patience.stopMax)
                return [.terminate(wards[place].name)]
            case .stopping: return []
            case .ended: continue
            }
        }
        return []
    }

    private static func hasProcess(_ state: State) -> Bool {
        switch state {
        case .starting, .ready, .stopping: true
        case .idle, .paused, .ended: false
        }
    }

    private func place(of name: String) -> Int? {
        wards.firstIndex { $0.name == name }
    }
}
