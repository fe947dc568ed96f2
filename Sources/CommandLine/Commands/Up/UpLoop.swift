// The supervisor's hands: starts, ends and waits for processes as the state machine says, and
// tells it what happened. Everything is on one thread.

import ClawgressBytes
import Foundation
import Glibc

/// Runs the daemons of one control plane.
struct UpLoop {
    /// How a daemon is started.
    struct Launch {
        var name: String
        /// The command line, program first.
        var arguments: [String]
        var log: String
        /// Where standard output goes, if not to the log.
        var output: String?
        /// Appears when the daemon serves.
        var readyFile: String
    }

    /// What the status file says besides the daemons' states.
    private var status: UpStatus
    private let statusPath: String
    private let environment: [String: String]
    private let launches: [Launch]
    private let note: (String) -> Void
    private var supervisor: Supervisor
    private var children: [String: ChildProcess] = [:]
    private var lastEnds: [String: String] = [:]

    /// How often a file is looked for that another process will make.
    private static var interval: Int64 { 20 }

    init(
        _ launches: [Launch],
        addresses: UpAddresses,
        statusPath: String,
        environment: [String: String],
        note: @escaping (String) -> Void
    ) {
        self.launches = launches
        self.statusPath = statusPath
        self.environment = environment
        self.note = note
        supervisor = Supervisor(launches.map(\.name))
        let pid = getpid()
        status = UpStatus(
            pid: pid,
            began: UpStatus.beginning(of: pid),
            isReady: false,
            addresses: addresses,
            daemons: []
        )
    }

    /// Starts a daemon and waits until it is ready.
    ///
    /// - Throws: ``CommandFailure`` if it ended instead, or everything is to end.
    mutating func start(_ name: String) throws {
        perform(supervisor.begin(name, at: MonotonicClock.milliseconds()))
        try wait("\(name) is ready") { loop in
            if case .ready = loop.supervisor.state(of: name) { true } else { false }
        }
    }

    /// Supervises while `condition` does not hold.
    mutating func wait(
        _ what: String,
        seconds: Int64 = 60,
        for condition: (UpLoop) -> Bool
    ) throws {
        let deadline = MonotonicClock.milliseconds() + seconds * 1_000
        while !condition(self) {
            guard supervisor.phase == .running else {
                while !isOver { turn() }
                throw CommandFailure(.unavailable, failureText ?? "told to end before \(what)")
            }
            guard MonotonicClock.milliseconds() < deadline else {
                throw CommandFailure(.unavailable, "not within \(seconds) s: \(what)")
            }
            turn()
        }
    }

    /// Everything is set up: supervises until it is told to end, and all have ended.
    mutating func supervise() throws {
        status.isReady = true
        writeStatus()
        while !isOver { turn() }
        if let failureText { throw CommandFailure(.unavailable, failureText) }
    }

    /// Ends all, after a set-up that failed.
    mutating func end() {
        if supervisor.phase == .running {
            perform(supervisor.stop(at: MonotonicClock.milliseconds()))
        }
        while !isOver { turn() }
    }

    private var isOver: Bool {
        switch supervisor.phase {
        case .running, .stopping: false
        case .stopped, .failed: true
        }
    }

    /// Why it failed, with the end of the culprit's log.
    private var failureText: String? {
        guard case .failed(let name) = supervisor.phase,
            let launch = launches.first(where: { $0.name == name })
        else { return nil }
        let log = (try? WholeFile.read(launch.log, bytesMax: 1 << 26)) ?? []
        let last = String(decoding: log.suffix(8_192), as: UTF8.self)
            .split(separator: "\n").suffix(8)
            .map { "  " + TerminalText.escaped(String($0)) }
        return (["\(name) did not start; see \(launch.log):"] + last).joined(separator: "\n")
    }

    /// Waits for the next thing to happen, and deals with it.
    private mutating func turn() {
        let now = MonotonicClock.milliseconds()
        let isWaiting = supervisor.report.contains {
            if case .starting = $0.state { true } else { false }
        }
        // Without anything to wait for, once a second is enough to notice what no signal says.
        let pause = min((supervisor.nextTick ?? .max) - now, isWaiting ? Self.interval : 1_000)
        switch SignalWait.next(within: pause) {
        case SIGTERM?, SIGINT?, SIGHUP?:
            perform(supervisor.stop(at: MonotonicClock.milliseconds()))
        default: break
        }
        reap()
        lookForReadiness()
        perform(supervisor.tick(at: MonotonicClock.milliseconds()))
    }

    private mutating func reap() {
        for (name, child) in children.sorted(by: { $0.key < $1.key }) {
            guard let end = child.end() else { continue }
            children[name] = nil
            lastEnds[name] = "\(end)"
            if case .stopping = supervisor.state(of: name) {} else { note("\(name) \(end)") }
            perform(supervisor.ended(name, at: MonotonicClock.milliseconds()))
            writeStatus()
        }
    }

    private mutating func lookForReadiness() {
        for launch in launches {
            guard case .starting = supervisor.state(of: launch.name),
                let file = try? DaemonFile.readIfPresent(launch.readyFile, bytesMax: 65_536),
                !file.content.isEmpty
            else { continue }
            supervisor.becameReady(launch.name, at: MonotonicClock.milliseconds())
            writeStatus()
        }
    }

    private mutating func perform(_ actions: [Supervisor.Action]) {
        for action in actions {
            switch action {
            case .start(let name): launch(name)
            case .terminate(let name): children[name]?.send(SIGTERM)
            case .kill(let name): children[name]?.send(SIGKILL)
            }
        }
        if !actions.isEmpty { writeStatus() }
    }

    private mutating func launch(_ name: String) {
        guard let launch = launches.first(where: { $0.name == name }) else { return }
        try? FileManager.default.removeItem(atPath: launch.readyFile)
        do throws(FileError) {
            children[name] = try ChildProcess.start(
                launch.arguments,
                environment: environment,
                log: launch.log,
                output: launch.output
            )
        } catch {
            note("cannot start \(name): \(error)")
            perform(supervisor.ended(name, at: MonotonicClock.milliseconds()))
        }
    }

    private mutating func writeStatus() {
        status.daemons = supervisor.report.map { name, state, restarts in
            UpStatus.Daemon(
                name: name,
                state: Self.word(for: state),
                pid: children[name]?.pid,
                began: children[name].map { UpStatus.beginning(of: $0.pid) },
                restarts: restarts,
                lastEnd: lastEnds[name]
            )
        }
        do {
            try status.write(statusPath)
        } catch {
            note("cannot write the status: \(CommandFailure(error).message)")
        }
    }

    private static func word(for state: Supervisor.State) -> String {
        switch state {
        case .idle: "idle"
        case .starting: "starting"
        case .ready: "ready"
        case .paused: "paused"
        case .stopping: "stopping"
        case .ended: "ended"
        }
    }
}
