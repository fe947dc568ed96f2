// The metrics as Prometheus reads them. Every label value comes from a fixed list of ours.

import ClawgressAlerts
import ClawgressBundle
import ClawgressBundleStream
import ClawgressBytes
import ClawgressContract
import ClawgressModel
import ClawgressReactor
import ClawgressShipping
import Synchronization

/// Renders all workers' counters (Prometheus text exposition format 0.0.4).
enum MetricsText {
    static func render(
        _ workers: [WorkerHandle],
        _ shared: GatewayShared,
        _ state: GatewayState.Values
    ) -> String {
        var text = ""
        for counter in Counter.allCases where !counter.isLatency {
            let sum = workers.reduce(UInt64(0)) { $0 &+ $1.metrics.value(counter) }
            text += "# HELP clawgress_\(counter.name)_total \(counter.help)\n"
            text += "# TYPE clawgress_\(counter.name)_total counter\n"
            text += "clawgress_\(counter.name)_total \(sum)\n"
        }
        text += decisions(workers)
        text += refusedConnections(workers)
        text += latency(workers)
        text += alerts(shared.alerts)
        text += gauges(workers, shared, state)
        return text
    }

    private static func decisions(_ workers: [WorkerHandle]) -> String {
        var text = "# HELP clawgress_decisions_total requests by final decision and reason\n"
        text += "# TYPE clawgress_decisions_total counter\n"
        for decision in Decision.allCases {
            for reason in Reason.allCases {
                let sum = workers.reduce(UInt64(0)) { $0 &+ $1.metrics.value(decision, reason) }
                guard sum > 0 else { continue }
                text +=
                    "clawgress_decisions_total{decision=\"\(decision.name)\","
                    + "reason=\"\(reason.name)\"} \(sum)\n"
            }
        }
        return text
    }

    private static func refusedConnections(_ workers: [WorkerHandle]) -> String {
        let name = "clawgress_connections_refused_total"
        var text = "# HELP \(name) client connections refused at accept\n# TYPE \(name) counter\n"
        for reason in Reason.allCases {
            let sum = workers.reduce(UInt64(0)) { $0 &+ $1.metrics.refusedConnections(reason) }
            if sum > 0 { text += "\(name){reason=\"\(reason.name)\"} \(sum)\n" }
        }
        return text
    }

    private static func latency(_ workers: [WorkerHandle]) -> String {
        let name = "clawgress_latency_seconds"
        var text =
            "# HELP \(name) head complete to first byte of the answer\n# TYPE \(name) histogram\n"
        var sum: UInt64 = 0
        for bucket in 0..<(Metrics.latencyBuckets - 1) {
            sum &+= workers.reduce(UInt64(0)) { $0 &+ $1.metrics.latencyCount(bucket: bucket) }
            let bound = Double(UInt64(1) << UInt64(bucket)) / 1_000_000
            text += "\(name)_bucket{le=\"\(bound)\"} \(sum)\n"
        }
        let count = workers.reduce(UInt64(0)) { $0 &+ $1.metrics.value(.latencyCount) }
        let micros = workers.reduce(UInt64(0)) { $0 &+ $1.metrics.value(.latencySumMicroseconds) }
        text += "\(name)_bucket{le=\"+Inf\"} \(count)\n"
        text += "\(name)_sum \(Double(micros) / 1_000_000)\n\(name)_count \(count)\n"
        return text
    }

    private static func alerts(_ alerts: Alerts) -> String {
        var text = "# HELP clawgress_alerts_total alerts raised, said in the log or not\n"
        text += "# TYPE clawgress_alerts_total counter\n"
        for (kind, count) in alerts.totals() {
            text += "clawgress_alerts_total{alert=\"\(kind.rawValue)\"} \(count)\n"
        }
        return text + (alerts.teller?.metrics ?? "")
    }

    private static func gauges(
        _ workers: [WorkerHandle],
        _ shared: GatewayShared,
        _ state: GatewayState.Values
    ) -> String {
        let open = workers.reduce(0) { $0 + $1.openExchanges.load(ordering: .relaxed) }
        let ready = ServiceReadiness.of(workers, state).isReady
        let now = Int64(SystemClock.realtimeNanoseconds() / 1_000)
        return """
            # HELP clawgress_connections client connections open now
            # TYPE clawgress_connections gauge
            clawgress_connections \(shared.connections.load(0))
            # HELP clawgress_exchanges requests and tunnels open now
            # TYPE clawgress_exchanges gauge
            clawgress_exchanges \(open)
            # HELP clawgress_bundle_serial serial of the active bundle, 0 without one
            # TYPE clawgress_bundle_serial gauge
            clawgress_bundle_serial \(state.active?.order.serial ?? 0)
            # HELP clawgress_ready whether the gateway serves requests
            # TYPE clawgress_ready gauge
            clawgress_ready \(ready ? 1 : 0)

            """ + enrolment(state.enrolment) + (state.shipping?.metrics(at: now) ?? "")
    }

    /// What only an enrolled gateway has.
    private static func enrolment(_ enrolment: GatewayState.Enrolment?) -> String {
        guard let enrolment else { return "" }
        let stream = enrolment.stream
        let age = max(0, SnapshotKeeper.wallSeconds() - enrolment.lastHeard)
        return """
            # HELP clawgress_policy_connected whether the policy service is connected
            # TYPE clawgress_policy_connected gauge
            clawgress_policy_connected \(stream.isConnected ? 1 : 0)
            # HELP clawgress_bundle_age_seconds since the policy service was heard from
            # TYPE clawgress_bundle_age_seconds gauge
            clawgress_bundle_age_seconds \(age)
            # HELP clawgress_bundle_behind whether a decided bundle is not served
            # TYPE clawgress_bundle_behind gauge
            clawgress_bundle_behind \(stream.isBehind ? 1 : 0)
            # HELP clawgress_bundle_prepared_serial serial of the prepared bundle, 0 without one
            # TYPE clawgress_bundle_prepared_serial gauge
            clawgress_bundle_prepared_serial \(stream.prepared?.serial ?? 0)
            # HELP clawgress_key_set_version version of the key set, 0 without one
            # TYPE clawgress_key_set_version gauge
            clawgress_key_set_version \(stream.keySetVersion)

            """
    }
}

extension Counter {
    /// Whether it is a part of the latency histogram, which is written apart.
    var isLatency: Bool { self == .latencyCount || self == .latencySumMicroseconds }
}
