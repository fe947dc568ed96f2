// Posts what is to be told of alerts to the operator's webhook, one note after the other and as long
// as it takes. Whoever raises an alert only adds to a bounded queue, and waits for nobody.

public import ClawgressDaemon
public import Logging
public import ServiceLifecycle
import Synchronization

/// Tells of a daemon's alerts.
public final class AlertTeller: Service, Sendable {
    private struct State {
        var queue = AlertQueue()
        var course = TellingCourse()
    }

    /// What is raised at the moment.
    public typealias Look = @Sendable () async -> Set<AlertNote.Subject>

    private let client: WebhookClient
    private let sender: AlertSender
    private let look: Look?
    private let logger: Logger
    private let begun = ContinuousClock.now
    private let state = Mutex(State())

    private static var period: Duration { .milliseconds(250) }

    /// Reads the files that the webhook needs.
    ///
    /// - Parameters:
    ///   - look: asked again and again, by a daemon that knows what is raised; nil for one that
    ///     says when something begins and ends.
    /// - Throws: `StartRefusal`.
    public init(
        _ webhook: WebhookSettings,
        from sender: AlertSender,
        logger: Logger,
        look: Look? = nil
    ) throws(StartRefusal) {
        let clock = sender.clock
        client = try WebhookClient(webhook, agent: sender.service) { clock.now() / 1_000_000 }
        self.sender = sender
        self.look = look
        self.logger = logger
    }

    /// Something that lasts is there; told once, however often it is said.
    public func begin(_ alert: String, _ text: AlertNote.Text) {
        let now = sender.clock.now()
        state.withLock { $0.queue.begin(AlertNote.Subject(alert: alert), text, at: now) }
    }

    /// Something that lasts is over, or was not there.
    public func end(_ alert: String) {
        let now = sender.clock.now()
        state.withLock { $0.queue.end(AlertNote.Subject(alert: alert), at: now) }
    }

    /// Something happened that has no end.
    public func happened(_ alert: String, _ text: AlertNote.Text) {
        let now = sender.clock.now()
        state.withLock { $0.queue.happened(AlertNote.Subject(alert: alert), text, at: now) }
    }

    /// Tells until the daemon stops; what waits then is lost.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if let look = self.look {
                    let raised = await look()
                    let now = self.sender.clock.now()
                    self.state.withLock { $0.queue.look(raised, at: now) }
                }
                if await !self.tell() { try? await Task.sleep(for: Self.period) }
            }
        }
        await client.close()
    }

    /// Tells of the next one; whether that was done.
    private func tell() async -> Bool {
        let now = milliseconds
        let next = state.withLock { $0.course.mayTry(at: now) ? $0.queue.next(at: now) : nil }
        guard let note = next else { return false }
        do throws(WebhookProblem) {
            let line = note.line(from: sender)
            try await client.post(WebhookClient.Post(type: "application/json", body: line))
            state.withLock { state in
                state.queue.told(note)
                state.course.succeed()
            }
            return true
        } catch {
            fail(note, error)
            return false
        }
    }

    private func fail(_ note: AlertNote, _ problem: WebhookProblem) {
        var generator = SystemRandomNumberGenerator()
        let (now, random) = (milliseconds, generator.next())
        let isNew = state.withLock { state in
            guard problem.answer == .refused else {
                return state.course.fail(problem, at: now, random: random)
            }
            state.course.refuse()
            return state.queue.refused(note, at: now, random: random)
        }
        guard isNew, !Task.isCancelled else { return }
        logger.warning(
            "an alert could not be told",
            metadata: ["alert": "\(note.subject.alert)", "problem": "\(problem)"]
        )
    }

    private var milliseconds: Int64 {
        Int64((ContinuousClock.now - begun) / .milliseconds(1))
    }

    /// How it stands, in the text form of Prometheus.
    public var metrics: String {
        let (dropped, failures) = state.withLock { ($0.queue.dropped, $0.course.failures) }
        let rows = [
            ("dropped", "notes of alerts dropped because too many waited", dropped),
            ("failures", "attempts to tell of an alert that failed", failures),
        ]
        return rows.map { name, help, value in
            let name = "\(sender.metricsPrefix)_alert_webhook_\(name)_total"
            return "# HELP \(name) \(help)\n# TYPE \(name) counter\n\(name) \(value)\n"
        }.joined()
    }
}
