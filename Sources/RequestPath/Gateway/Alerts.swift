// What an operator must hear of, by kind: said in the log now and then, counted always.

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
}

/// Raises alerts: a warning in the log and a count for the metrics.
final class Alerts: Sendable {
    private let book = Mutex(AlertBook<AlertKind>())
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// Raises an alert; said at most once a minute for each kind.
    func raise(_ kind: AlertKind, _ sentence: String, _ details: [String: String] = [:]) {
        let now = Int64(SystemClock.monotonicNanoseconds() / 1_000_000)
        guard let unsaid = book.withLock({ $0.raise(kind, at: now) }) else { return }
        var metadata: Logger.Metadata = details.mapValues { "\($0)" }
        metadata["alert"] = "\(kind.rawValue)"
        if unsaid > 0 { metadata["alert.repeated"] = "\(unsaid)" }
        logger.warning("\(sentence)", metadata: metadata)
    }

    /// How often each kind was raised.
    func totals() -> [(kind: AlertKind, count: UInt64)] {
        book.withLock { book in AlertKind.allCases.map { ($0, book.total($0)) } }
    }
}
