// Everything of the daemon that sends out: the sinks, and who is told of alerts.

import ClawgressDaemon
import Logging
import ServiceLifecycle

/// Sinks and alerts, as the configuration wants them.
struct Outlets: Sendable {
    private let sinks: SinkService?
    private let alerts: AlertService?

    /// Reads the files that they need; nothing runs yet.
    ///
    /// - Throws: `StartRefusal`.
    init(_ configuration: AuditConfiguration, log: AuditLog, logger: Logger) throws {
        let sinks =
            configuration.sinks.isEmpty
            ? nil : try SinkService(configuration.sinks, log: log, logger: logger)
        self.sinks = sinks
        alerts = try configuration.alerts.webhook.map {
            try AlertService($0, log: log, sinks: sinks?.sinks ?? [], logger: logger)
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
