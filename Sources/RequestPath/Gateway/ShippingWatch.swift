// Shows where shipping stands, and raises alerts about it: about a state once a minute for as long
// as it lasts, so that the metric says for how long it did.

import ClawgressReactor
import ClawgressShipping
import Synchronization

/// Hears what the sender says.
final class ShippingWatch: Sendable {
    private static let repeatNanoseconds: UInt64 = 60_000_000_000

    private let alerts: Alerts
    private let state: GatewayState
    /// When each alert about a state was raised last, while the state lasts.
    private let raised = Mutex<[AlertKind: UInt64]>([:])

    init(alerts: Alerts, state: GatewayState) {
        self.alerts = alerts
        self.state = state
    }

    /// Takes a new view.
    func see(_ view: ShippingView) {
        state.change { $0.shipping = view }
        watch(
            .auditUnreachable,
            view.unreachableFor != nil,
            "the audit service acknowledges nothing, events wait in the spool",
            ["milliseconds": "\(view.unreachableFor ?? 0)", "problem": view.problem ?? "none"]
        )
        watch(
            .spoolBacklog,
            view.isBacklogged,
            "the spool is more than half full",
            ["bytes": "\(view.spoolBytes)"]
        )
        watch(
            .logInconsistent,
            view.isInconsistent,
            "the log contradicted itself: events are shipped, and none is deleted here",
            ["log.size": "\(view.logSize)"]
        )
    }

    /// Takes a complaint.
    func complain(_ complaint: ShippingComplaint) {
        switch complaint {
        case .refused(let record, let code):
            alerts.raise(
                .auditRefused,
                "the audit service refuses a record, which stays in the spool",
                ["record": record, "code": code]
            )
        case .inconsistent(let problem):
            alerts.raise(
                .logInconsistent,
                "the log contradicted itself: events are shipped, and none is deleted here",
                ["problem": problem]
            )
        case .spool(let problem):
            alerts.raise(
                .spoolFailed,
                "the spool cannot be read or emptied",
                ["problem": problem]
            )
        case .files(let problem):
            alerts.raise(
                .stateFailed,
                "what was shipped cannot be noted",
                ["problem": problem]
            )
        }
    }

    private func watch(
        _ kind: AlertKind,
        _ isSo: Bool,
        _ sentence: String,
        _ details: [String: String]
    ) {
        let now = SystemClock.monotonicNanoseconds()
        let isDue = raised.withLock { raised in
            guard isSo else {
                raised[kind] = nil
                return false
            }
            if let last = raised[kind], now - last < Self.repeatNanoseconds { return false }
            raised[kind] = now
            return true
        }
        if isDue { alerts.raise(kind, sentence, details) }
    }
}
