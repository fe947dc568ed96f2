// Shows where shipping stands, and raises alerts about it.

import ClawgressModel
import ClawgressReactor
import ClawgressShipping
import Synchronization

/// Hears what the sender says.
final class ShippingWatch: Sendable {
    private let alerts: Alerts
    private let state: GatewayState
    private let due = Mutex(ShippingAlerts())

    init(alerts: Alerts, state: GatewayState) {
        self.alerts = alerts
        self.state = state
    }

    /// Takes a new view.
    func see(_ view: ShippingView) {
        state.change { $0.shipping = view }
        let now = Int64(SystemClock.monotonicNanoseconds() / 1_000_000)
        for alert in due.withLock({ $0.due(view, at: now) }) { raise(alert) }
        for kind in ShippingAlerts.absent(view) { alerts.end(AlertKind(kind)) }
    }

    /// What the newest configuration says of too long and too full.
    var thresholds: ShippingThresholds {
        let alert = state.now.alert
        return ShippingThresholds(
            unreachableMilliseconds: Int64(alert.auditUnreachableSeconds) * 1_000,
            backlogPercent: alert.spoolBacklogPercent
        )
    }

    /// Takes a complaint.
    func complain(_ complaint: ShippingComplaint) {
        raise(ShippingAlert(complaint))
    }

    private func raise(_ alert: ShippingAlert) {
        alerts.raise(AlertKind(alert.kind), alert.sentence, alert.details)
    }
}

extension AlertKind {
    /// The kind among the gateway's.
    fileprivate init(_ kind: ShippingAlert.Kind) {
        self =
            switch kind {
            case .unreachable: .auditUnreachable
            case .refused: .auditRefused
            case .backlog: .spoolBacklog
            case .inconsistent: .logInconsistent
            case .spoolFailed: .spoolFailed
            case .stateFailed: .stateFailed
            }
    }
}
