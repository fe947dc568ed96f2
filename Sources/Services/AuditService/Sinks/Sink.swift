// One sink while it runs: a task of its own that follows the log from its cursor on. Nothing waits for
// it: it reads what is published, on threads that the log does not use, and when its other side is
// down it stays behind.

import ClawgressBytes
import ClawgressJWS
import Logging
import NIOPosix
import Synchronization

/// Threads on which sinks wait for disks and sockets.
final class SinkThreads: Sendable {
    private let pool: NIOThreadPool

    /// - Parameter count: at least one for each sink, so that none waits for another.
    init(count: Int) {
        pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
    }

    func run<Answer: Sendable>(
        _ work: @escaping @Sendable () throws(SinkProblem) -> Answer
    ) async throws(SinkProblem) -> Answer {
        guard let result = await pool.finish(work) else { throw SinkProblem("the service stops") }
        return try result.get()
    }

    func stop() async { try? await pool.shutdownGracefully() }
}

/// A sink and its place in the log.
final class Sink: Sendable {
    /// What changes.
    struct State {
        var course: SinkCourse
        /// How many entries the newest checkpoint covers.
        var size = 0
        /// When the oldest entry was recorded that is not dealt with, in microseconds since 1970.
        var waitingSince: Int64?
        /// Somebody asked to look at everything again.
        var isWoken = false
    }

    let settings: SinkSettings
    let state: Mutex<State>
    private let log: AuditLog
    private let reader: SinkReader
    private let cursor: String
    private let outlet: any SinkOutlet
    private let threads: SinkThreads
    private let logger: Logger

    /// How often the log is looked at.
    private static var period: Duration { .milliseconds(100) }
    /// How often a cursor is written while nothing is for the sink, in milliseconds.
    private static var idleCursorPeriod: Int64 { 1_000 }

    init(
        _ settings: SinkSettings,
        log: AuditLog,
        outlet: any SinkOutlet,
        threads: SinkThreads,
        logger: Logger
    ) {
        self.settings = settings
        self.log = log
        self.outlet = outlet
        self.threads = threads
        var logger = logger
        logger[metadataKey: "sink"] = "\(settings.name)"
        self.logger = logger
        cursor = "\(log.places.sinks)/\(settings.name)"
        reader = SinkReader(
            tiles: log.tiles,
            bounds: log.bounds,
            settings: settings,
            log: log.name
        )
        let course = SinkCourse.Settings(downAfter: settings.downAfter)
        state = Mutex(State(course: SinkCourse(next: 0, settings: course)))
    }

    /// Follows the log until the task is cancelled.
    func run() async {
        var mark: JSONValue?
        var isOpen = false
        var cursorAt: Int64 = 0
        while !Task.isCancelled {
            let (now, size) = (AuditClock.steady(), await log.size)
            let pause = state.withLock { state -> Int64? in
                state.size = size
                if state.isWoken { state.course.resume() }
                state.isWoken = false
                return state.course.pause(at: now)
            }
            var isIdle = true
            if pause == 0 {
                do throws(SinkProblem) {
                    if !isOpen {
                        mark = try await open()
                        isOpen = true
                    }
                    isIdle = try await !step(size, &mark, &cursorAt)
                } catch {
                    fail(error)
                }
            }
            look()
            if isIdle || pause != 0 { try? await Task.sleep(for: Self.period) }
        }
        await outlet.close()
    }

    /// Looks at everything again, as if nothing had failed.
    func wake() { state.withLock { $0.isWoken = true } }

    /// Finds the place to go on at, and makes the outlet ready.
    private func open() async throws(SinkProblem) -> JSONValue? {
        let size = await log.size
        let path = cursor
        let found = try await threads.run { () throws(SinkProblem) in try SinkCursor.read(path) }
        guard let found else {
            let first = settings.from == .now ? size : 0
            try await keep(first, nil)
            _ = try await outlet.open(mark: nil)
            state.withLock { $0.course.go(to: first) }
            logger.notice("a new sink begins", metadata: ["index": "\(first)"])
            return nil
        }
        guard found.log == reader.log, found.next <= size else {
            throw SinkProblem(
                "the cursor `\(path)` is of another log, or of one that went further: "
                    + "remove it to begin anew",
                .halt
            )
        }
        let resend = try await outlet.open(mark: found.mark)
        let next = min(found.next, max(0, resend ?? found.next))
        state.withLock { $0.course.go(to: next) }
        return found.mark
    }

    /// Hands the next batch over.
    ///
    /// - Returns: whether there was anything to look at.
    private func step(
        _ size: Int,
        _ mark: inout JSONValue?,
        _ cursorAt: inout Int64
    ) async throws(SinkProblem) -> Bool {
        let next = state.withLock { $0.course.next }
        guard next < size else {
            try await outlet.look()
            state.withLock { $0.course.succeed() }
            return false
        }
        let reader = reader
        let reading = try await threads.run { () throws(SinkProblem) in
            try reader.read(from: next, ofTree: size)
        }
        if let kept = reading.kept { skip(to: kept) }
        state.withLock { state in
            state.waitingSince = reading.time ?? state.waitingSince
        }
        let now = AuditClock.steady()
        if let batch = reading.batch {
            mark = try await outlet.take(batch)
            try await keep(reading.end, mark)
        } else if now - cursorAt >= Self.idleCursorPeriod {
            try await keep(reading.end, mark)
            cursorAt = now
        }
        state.withLock { state in
            state.course.took(reading.batch?.records.count ?? 0, upTo: reading.end)
            state.course.counts.unmapped += reading.unmapped
            if reading.end >= size { state.waitingSince = nil }
        }
        return true
    }

    private func keep(_ next: Int, _ mark: JSONValue?) async throws(SinkProblem) {
        let value = SinkCursor(log: reader.log, next: next, mark: mark ?? .null)
        let path = cursor
        try await threads.run { () throws(SinkProblem) in try value.write(path) }
    }

    private func skip(to kept: Int) {
        let from = state.withLock { state -> Int in
            defer { state.course.skip(to: kept) }
            return state.course.next
        }
        logger.warning(
            "entries were pruned before the sink had them",
            metadata: ["first": "\(from)", "last": "\(kept - 1)"]
        )
    }

    private func fail(_ problem: SinkProblem) {
        var generator = SystemRandomNumberGenerator()
        let random = generator.next()
        let isNew = state.withLock { state -> Bool in
            defer { state.course.fail(problem, at: AuditClock.steady(), random: random) }
            return state.course.problem != problem.description
        }
        guard isNew, !Task.isCancelled else { return }
        logger.warning("the sink took nothing", metadata: ["problem": "\(problem)"])
    }

    private func look() {
        let (change, problem) = state.withLock { state in
            (state.course.look(at: AuditClock.steady()), state.course.problem)
        }
        guard let change else { return }
        if change {
            logger.warning(
                "alert",
                metadata: ["alert": "sink_down", "problem": "\(problem ?? "")"]
            )
        } else {
            logger.notice("alert over", metadata: ["alert": "sink_down"])
        }
    }
}
