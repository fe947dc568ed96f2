// Shipping of the audit trail to the log, as people see it: metrics, and alerts in the daemon's own log
// and at whoever the configuration names.

import ClawgressAlerts
import ClawgressDaemon
import ClawgressShipping
import Logging
import Synchronization

/// Hears what the sender says.
final class AdminShipping: Sendable {
    private struct State {
        /// Where it stands; nil if nothing is shipped.
        var view: ShippingView?
        var due = ShippingAlerts()
        var book = AlertBook<ShippingAlert.Kind>()
    }

    private let state = Mutex(State())
    private let teller: AlertTeller?
    private let logger: Logger
    private let begun = ContinuousClock.now

    /// - Parameter teller: who tells of alerts; nil if nobody is to be told.
    init(_ teller: AlertTeller?, logger: Logger) {
        self.teller = teller
        self.logger = logger
    }

    /// Who is told what by the sender.
    var listeners: Shipper.Listeners {
        Shipper.Listeners(
            onView: { self.see($0) },
            onComplaint: { self.raise(ShippingAlert($0)) }
        )
    }

    /// The metrics.
    ///
    /// - Parameter now: wall clock, microseconds since 1970 UTC.
    func metrics(at now: Int64) -> String {
        let (view, book) = state.withLock { ($0.view, $0.book) }
        let name = "clawgress_alerts_total"
        var text = "# HELP \(name) alerts raised, said in the log or not\n# TYPE \(name) counter\n"
        for kind in ShippingAlert.Kind.allCases {
            text += "\(name){alert=\"\(kind.rawValue)\"} \(book.total(kind))\n"
        }
        return text + (teller?.metrics ?? "") + (view?.metrics(at: now) ?? "")
    }

    private func see(_ view: ShippingView) {
        let now = milliseconds
        let due = state.withLock { state in
            state.view = view
            return state.due.due(view, at: now)
        }
        for alert in due { raise(alert) }
        for kind in ShippingAlerts.absent(view) { teller?.end(kind.rawValue) }
    }

    private func raise(_ alert: ShippingAlert) {
        let now = milliseconds
        if alert.kind.lasts {
            teller?.begin(alert.kind.rawValue, AlertNote.Text(alert.sentence, alert.details))
        }
        guard let unsaid = state.withLock({ $0.book.raise(alert.kind, at: now) }) else { return }
        if !alert.kind.lasts {
            let text = AlertNote.Text(alert.sentence, alert.details, repeated: unsaid)
            teller?.happened(alert.kind.rawValue, text)
        }
        var metadata: Logger.Metadata = alert.details.mapValues { "\($0)" }
        metadata["alert"] = "\(alert.kind.rawValue)"
        if unsaid > 0 { metadata["alert.repeated"] = "\(unsaid)" }
        logger.warning("\(alert.sentence)", metadata: metadata)
    }

    private var milliseconds: Int64 {
        Int64((ContinuousClock.now - begun) / .milliseconds(1))
    }
}
