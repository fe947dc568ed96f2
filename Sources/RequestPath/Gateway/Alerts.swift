// What an operator must hear of, by kind: said in the log now and then, counted always, and told to
// whoever the configuration names.

import ClawgressAlerts
import ClawgressAudit
import ClawgressDaemon
import ClawgressReactor
import Logging
import Synchronization

/// The kinds of alerts; the words are stable.
enum AlertKind: String, CaseIterable, Sendable {
    case auditLoss = "audit_loss"
    case spoolFull = "spool_full"
    case spoolFailed = "spool_failed"
    case sourceBlocked = "source_blocked"
    case connectionsExhausted = "connections_exhausted"
    case descriptorsExhausted = "descriptors_exhausted"
    case workerFailed = "worker_failed"
    case quotaAlert = "quota_alert"
    case bundleRefused = "bundle_refused"
    case lastKnownGood = "last_known_good"
    case uncleanShutdown = "unclean_shutdown"
    case policyDisconnected = "policy_disconnected"
    case bundleBehind = "bundle_behind"
    case bundleStale = "bundle_stale"
    case bundleExpired = "bundle_expired"
    case commitReverted = "commit_reverted"
    case confirmOverdue = "confirm_overdue"
    case keySetRefused = "key_set_refused"
    case stateFailed = "state_failed"
    case auditUnreachable = "audit_unreachable"
    case auditRefused = "audit_refused"
    case spoolBacklog = "spool_backlog"
    case logInconsistent = "log_inconsistent"

    /// Whether it has an end that the gateway sees.
    var lasts: Bool {
        switch self {
        case .spoolFull, .lastKnownGood, .policyDisconnected, .bundleBehind, .bundleStale,
            .bundleExpired, .auditUnreachable, .spoolBacklog, .logInconsistent:
            true
        default: false
        }
    }
}

/// Raises alerts: a warning in the log, a count for the metrics, a note for the webhook.
final class Alerts: Sendable {
    private let book = Mutex(AlertBook<AlertKind>())
    /// Who tells of them; nil if nobody is to be told.
    let teller: AlertTeller?
    private let logger: Logger

    init(_ teller: AlertTeller?, logger: Logger) {
        self.teller = teller
        self.logger = logger
    }

    /// Raises an alert; said at most once a minute for each kind, and told as often, or when what
    /// lasts begins.
    func raise(_ kind: AlertKind, _ sentence: String, _ details: [String: String] = [:]) {
        let now = Int64(SystemClock.monotonicNanoseconds() / 1_000_000)
        if kind.lasts { teller?.begin(kind.rawValue, AlertNote.Text(sentence, details)) }
        guard let unsaid = book.withLock({ $0.raise(kind, at: now) }) else { return }
        if !kind.lasts {
            let text = AlertNote.Text(sentence, details, repeated: unsaid)
            teller?.happened(kind.rawValue, text)
        }
        var metadata: Logger.Metadata = details.mapValues { "\($0)" }
        metadata["alert"] = "\(kind.rawValue)"
        if unsaid > 0 { metadata["alert.repeated"] = "\(unsaid)" }
        logger.warning("\(sentence)", metadata: metadata)
    }

    /// What an alert was about is over, or was not so.
    func end(_ kind: AlertKind) {
        teller?.end(kind.rawValue)
    }

    /// How often each kind was raised.
    func totals() -> [(kind: AlertKind, count: UInt64)] {
        book.withLock { book in AlertKind.allCases.map { ($0, book.total($0)) } }
    }
}

extension Gateway {
    /// Who tells of alerts; nil if nobody is to be told.
    ///
    /// - Throws: `StartRefusal`.
    static func makeTeller(
        _ configuration: GatewayConfiguration,
        _ logger: Logger
    ) throws(StartRefusal) -> AlertTeller? {
        guard let webhook = configuration.alerts.webhook else { return nil }
        let sender = AlertSender(
            service: "clawgress-gateway",
            nameKey: "gateway_id",
            name: configuration.gatewayID,
            metricsPrefix: "clawgress",
            clock: AlertClock(
                now: { Int64(SystemClock.realtimeNanoseconds() / 1_000) },
                text: { Timestamp.text(microseconds: $0) }
            )
        )
        return try AlertTeller(webhook, from: sender, logger: logger)
    }
}
