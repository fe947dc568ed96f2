// The service's state in the text form of Prometheus.

import ClawgressContract

/// What is measured.
struct PolicyMetrics: Sendable {
    /// For how long something can be signed, in seconds.
    let signingLeft: Int64
    let keySetVersion: Int64
    let latest: BundleReference?
    let gateways: [GatewayStatus.State]

    /// All metrics.
    var text: String {
        var text = ""
        for (name, help, value) in gauges {
            text += Self.head(name, help) + "\(Self.prefix)\(name) \(value)\n"
        }
        text += Self.head("gateways", "enrolled gateways, by their state")
        for state in GatewayStatus.State.allCases {
            let count = gateways.count { $0 == state }
            text += "\(Self.prefix)gateways{state=\"\(state.rawValue)\"} \(count)\n"
        }
        text += Self.head("alert", "1 while the alert is raised")
        let isRaised = signingLeft < SigningAlarm.soon
        return text + "\(Self.prefix)alert{alert=\"signing_key_expires\"} \(isRaised ? 1 : 0)\n"
    }

    private var gauges: [(String, String, Int64)] {
        var gauges: [(String, String, Int64)] = [
            (
                "signing_key_expires_seconds",
                "until the last signing key ends and nothing can be published", signingLeft
            ),
            ("key_set_version", "the version of the key set in force", keySetVersion),
        ]
        if let latest {
            gauges.append(("bundle_epoch", "the epoch of the latest decided bundle", latest.epoch))
            gauges.append(("bundle_serial", "its serial", latest.serial))
        }
        return gauges
    }

    private static var prefix: String { "clawgress_policy_" }

    private static func head(_ name: String, _ help: String) -> String {
        "# HELP \(prefix)\(name) \(help)\n# TYPE \(prefix)\(name) gauge\n"
    }
}
