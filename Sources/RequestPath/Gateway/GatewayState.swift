// What the gateway says about itself, and whether it may be sent traffic.

import ClawgressBundle
import ClawgressBundleStream
import ClawgressModel
import ClawgressShipping
import Synchronization

/// The state of the configuration, for `/readyz` and `/status`.
final class GatewayState: Sendable {
    /// The bundle that is served.
    struct Active: Sendable {
        let order: BundleOrder
        let revision: String
        let issuedAt: Int64
        /// Seconds since 1970 when it was activated here.
        let since: Int64
        /// Whether it was read from the state folder and not from the bundle folder.
        let isLastKnownGood: Bool
        let agents: Int
        let policies: Int
    }

    /// The last bundle that was not taken.
    struct Rejection: Sendable {
        let code: String
        let problem: String
        let at: Int64
    }

    /// Where an enrolled gateway stands with its policy service.
    struct Enrolment: Sendable {
        let stream: StreamView
        /// When the policy service was heard from last, in seconds since 1970.
        let lastHeard: Int64
        /// Whether nothing is served because that is too long ago.
        let isDenying: Bool
    }

    struct Values: Sendable {
        var active: Active?
        var rejection: Rejection?
        /// When alerts are raised, by the newest configuration that was served.
        var alert = AlertSettings()
        var isDraining = false
        var spoolProblem: String?
        /// Nil for a gateway that is not enrolled.
        var enrolment: Enrolment?
        /// Nil for a gateway whose events stay in the spool.
        var shipping: ShippingView?
    }

    private let values = Mutex(Values())

    /// The values at this moment.
    var now: Values { values.withLock { $0 } }

    /// Changes the values.
    func change(_ body: (inout Values) -> Void) {
        values.withLock { body(&$0) }
    }
}
