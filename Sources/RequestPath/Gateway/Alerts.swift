// What an operator must hear of: each kind at most once a minute, with the number of times it
// happened since, so that an attack on the gateway is no attack on its log.

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
    private struct State {
        var lastSaid: UInt64?
        var unsaid: UInt64 = 0
        var total: UInt64 = 0
    }

    private static let quietNanoseconds: UInt64 = 60_000_000_000
    private let states = Mutex<[AlertKind: State]>([:])
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// Raises an alert; said at most once a minute for each kind.
    func raise(_ kind: AlertKind, _ sentence: String, _ details: [String: String] = [:]) {
        let now = SystemClock.monotonicNanoseconds()
        let since = states.withLock { states -> UInt64? in
            var state = states[kind] ?? State()
            defer { states[kind] = state }
            state.total += 1
            if let last = state.lastSaid, now - last < Self.quietNanoseconds {
                state.unsaid += 1
                return nil
            }
            let unsaid = state.unsaid
            state.lastSaid = now
            state.unsaid = 0
            return unsaid
        }
        guard let since else { return }
        var metadata: Logger.Metadata = details.mapValues { "\($0)" }
        metadata["alert"] = "\(kind.rawValue)"
        if since > 0 { metadata["alert.repeated"] = "\(since)" }
        logger.warning("\(sentence)", metadata: metadata)
    }

    /// How often each kind was raised.
    func totals() -> [(kind: AlertKind, count: UInt64)] {
        states.withLock { states in AlertKind.allCases.map { ($0, states[$0]?.total ?? 0) } }
    }
}
