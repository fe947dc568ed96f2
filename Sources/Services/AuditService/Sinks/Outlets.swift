// Everything of the daemon that sends out: the sinks, and who is told of alerts.

import ClawgressAlerts
import ClawgressAuditIndex
import ClawgressDaemon
import Logging
import ServiceLifecycle
import Synchronization

/// Sinks and alerts, as the configuration wants them.
struct Outlets: Sendable {
    private let sinks: SinkService?
    private let alerts: AlertTeller?

    /// Reads the files that they need; nothing runs yet.
    ///
    /// - Throws: `StartRefusal`.
    init(_ configuration: AuditConfiguration, log: AuditLog, logger: Logger) throws {
        let sinks =
            configuration.sinks.isEmpty
            ? nil : try SinkService(configuration.sinks, log: log, logger: logger)
        self.sinks = sinks
        alerts = try configuration.alerts.webhook.map {
            try Self.teller($0, log: log, sinks: sinks?.sinks ?? [], logger: logger)
        }
    }

    /// Tells of the log's alerts and the sinks'; after a start, what is still wrong is raised, and
    /// told, again.
    private static func teller(
        _ webhook: WebhookSettings,
        log: AuditLog,
        sinks: [Sink],
        logger: Logger
    ) throws(StartRefusal) -> AlertTeller {
        let sender = AlertSender(
            service: "clawgress-audit",
            nameKey: "log",
            name: log.name,
            metricsPrefix: "clawgress_audit",
            clock: AlertClock(now: AuditClock.wallMicroseconds, text: Instant.text)
        )
        return try AlertTeller(webhook, from: sender, logger: logger) {
            let own = await log.watch.raised.map { AlertNote.Subject(alert: $0.rawValue) }
            let down = sinks.filter { sink in sink.state.withLock { $0.course.isDown } }
            return Set(own + down.map { .init(alert: "sink_down", sink: $0.settings.name) })
        }
    }

    /// What the daemon runs.
    var services: [any Service] {
        [sinks as (any Service)?, alerts].compactMap { $0 }
    }

    /// Their metrics.
    var metrics: String {
        SinkMetrics(sinks: sinks?.sinks ?? [], now: AuditClock.wallMicroseconds()).text
            + (alerts?.metrics ?? "")
    }
}
