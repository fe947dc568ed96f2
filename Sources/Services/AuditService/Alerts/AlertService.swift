// Posts each begin and end of an alert to the operator's webhook, one after the other and as long as it
// takes. After a start, what is still wrong is raised, and told, again.

import ClawgressAuditIndex
import ClawgressBytes
import ClawgressDaemon
import ClawgressJWS
import Logging
import ServiceLifecycle
import Synchronization

/// Tells of the service's alerts.
final class AlertService: Service {
    private struct State {
        var queue = AlertQueue()
        var course = SinkCourse(next: 0, settings: SinkCourse.Settings(downAfter: 0))
    }

    private let log: AuditLog
    private let sinks: [Sink]
    private let client: WebhookClient
    private let logger: Logger
    private let state = Mutex(State())

    private static var period: Duration { .milliseconds(250) }

    /// - Throws: `StartRefusal`, if a file that the webhook needs cannot be read.
    init(
        _ webhook: WebhookSettings,
        log: AuditLog,
        sinks: [Sink],
        logger: Logger
    ) throws(StartRefusal) {
        client = try WebhookClient(webhook)
        self.log = log
        self.sinks = sinks
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let raised = await self.raised()
                self.state.withLock { $0.queue.look(raised, at: AuditClock.wallMicroseconds()) }
                if await !self.tell() { try? await Task.sleep(for: Self.period) }
            }
        }
        await client.close()
    }

    private func raised() async -> Set<AlertNote.Subject> {
        let own = await log.watch.raised.map { AlertNote.Subject(alert: $0.rawValue) }
        let down = sinks.filter { sink in sink.state.withLock { $0.course.isDown } }
        return Set(own + down.map { .init(alert: "sink_down", sink: $0.settings.name) })
    }

    /// Tells of the next one; whether that was done.
    private func tell() async -> Bool {
        let now = AuditClock.steady()
        let next = state.withLock { state -> AlertNote? in
            state.course.pause(at: now) == 0 ? state.queue.first : nil
        }
        guard let note = next else { return false }
        do throws(SinkProblem) {
            try await client.post(post(note))
            state.withLock { state in
                state.queue.told(note)
                state.course.succeed()
            }
            return true
        } catch {
            fail(error)
            return false
        }
    }

    private func post(_ note: AlertNote) -> WebhookClient.Post {
        var members = [
            JSONMember("alert", .string(note.subject.alert)),
            JSONMember("log", .string(log.name)),
            JSONMember("service", .string("clawgress-audit")),
        ]
        if let sink = note.subject.sink { members.append(JSONMember("sink", .string(sink))) }
        members += [
            JSONMember("state", .string(note.isRaised ? "raised" : "over")),
            JSONMember("timestamp", .string(Instant.text(note.time))),
        ]
        let body = Array((JSONValue.object(members).jsonText + "\n").utf8)
        return WebhookClient.Post(type: "application/json", fields: [], body: body)
    }

    private func fail(_ problem: SinkProblem) {
        var generator = SystemRandomNumberGenerator()
        let random = generator.next()
        // Whatever the answer was: what is refused today may be wanted when it is mended.
        var after: Int64?
        if case .retry(let wished) = problem.consequence { after = wished }
        let again = SinkProblem(problem.description, .retry(after: after))
        let isNew = state.withLock { state -> Bool in
            defer { state.course.fail(again, at: AuditClock.steady(), random: random) }
            return state.course.problem != again.description
        }
        guard isNew, !Task.isCancelled else { return }
        logger.warning("an alert could not be told", metadata: ["problem": "\(problem)"])
    }

    /// How it stands, in the text form of Prometheus.
    var metrics: String {
        let (dropped, failures) = state.withLock { ($0.queue.dropped, $0.course.counts.failures) }
        let rows = [
            ("dropped", "notes of alerts dropped because too many waited", dropped),
            ("failures", "attempts to tell of an alert that failed", failures),
        ]
        return rows.map { name, help, value in
            let name = "clawgress_audit_alert_webhook_\(name)_total"
            return "# HELP \(name) \(help)\n# TYPE \(name) counter\n\(name) \(value)\n"
        }.joined()
    }
}
