// The log's state in the text form of Prometheus.

import ClawgressBytes
import ClawgressRecords
import Synchronization

/// How many batches were refused, by code; the codes are those of the contract, so they are few.
final class RefusalCounts: Sendable {
    private let counts = Mutex<[String: UInt64]>([:])

    func add(_ code: String) { counts.withLock { $0[code, default: 0] += 1 } }

    var sorted: [(code: String, count: UInt64)] {
        counts.withLock { $0 }.sorted { $0.key < $1.key }.map { (code: $0.key, count: $0.value) }
    }
}

/// Writes metrics.
struct LogMetrics {
    let state: LogState
    let watch: LogWatch
    let refusals: RefusalCounts
    /// From which entry on the log has entries.
    let minimum: Int
    let space: DiskSpace?
    /// Milliseconds of the clock of `watch`.
    let now: Int64

    /// All metrics.
    var text: String {
        var text = ""
        for (name, help, value) in gauges { text += Self.metric(name, "gauge", help, value) }
        for (name, help, value) in counters { text += Self.metric(name, "counter", help, value) }
        text += Self.head("refused_batches_total", "counter", "batches refused, by code")
        for (code, count) in refusals.sorted {
            text += "clawgress_audit_refused_batches_total{code=\"\(code)\"} \(count)\n"
        }
        text += Self.head("alert", "gauge", "1 while the alert is raised")
        for alert in LogAlert.allCases {
            let value = watch.raised.contains(alert) ? 1 : 0
            text += "clawgress_audit_alert{alert=\"\(alert.rawValue)\"} \(value)\n"
        }
        return text
    }

    private var gauges: [(String, String, UInt64)] {
        let age = watch.checkpointSince.map { max(0, now - $0) / 1_000 } ?? 0
        var gauges: [(String, String, UInt64)] = [
            ("entries", "records that are durable", UInt64(state.durable)),
            ("checkpoint_size", "records under the newest checkpoint", UInt64(state.covered)),
            ("minimum_index", "records before it were pruned", UInt64(minimum)),
            (
                "checkpoint_age_seconds", "since there was a newer checkpoint, or since the start",
                UInt64(age)
            ),
            ("streams", "streams of records", UInt64(state.ledger.streamCount)),
            ("stream_runs", "runs of numbers in them", UInt64(state.ledger.runCount)),
            (
                "named_streams", "streams that heartbeats named",
                UInt64(state.announced.streamCount)
            ),
            (
                "missing_records", "numbers that their senders gave and that are not there",
                state.missing
            ),
            ("disk_full", "1 while the disk takes nothing", state.isDiskFull ? 1 : 0),
        ]
        if let space {
            gauges.append(("disk_free_bytes", "room on the disk of the log", UInt64(space.free)))
        }
        return gauges
    }

    private var counters: [(String, String, UInt64)] {
        [
            ("batches_total", "batches taken", state.batches),
            ("added_records_total", "records added", UInt64(state.outcomes.added)),
            (
                "known_records_total", "records that were there when they came",
                UInt64(state.outcomes.known)
            ),
        ]
    }

    fileprivate static func head(_ name: String, _ type: String, _ help: String) -> String {
        "# HELP clawgress_audit_\(name) \(help)\n# TYPE clawgress_audit_\(name) \(type)\n"
    }

    private static func metric(
        _ name: String,
        _ type: String,
        _ help: String,
        _ value: UInt64
    ) -> String {
        head(name, type, help) + "clawgress_audit_\(name) \(value)\n"
    }
}

/// Writes how many connections were refused or closed for want of places.
struct ConnectionMetrics {
    let mesh: UInt64
    /// Of the plain listener; nil if there is none.
    let plain: UInt64?

    var text: String {
        let counts = [("mesh", mesh)] + (plain.map { [("public", $0)] } ?? [])
        let help = "connections refused or closed for too many of strangers or of one peer"
        return LogMetrics.head("refused_connections_total", "counter", help)
            + counts.map { listener, count in
                "clawgress_audit_refused_connections_total{listener=\"\(listener)\"} \(count)\n"
            }.joined()
    }
}

/// Writes when gateways were heard.
struct GatewayMetrics {
    let watch: GatewayWatch

    var text: String {
        let help = "since the last heartbeat of a gateway that should give them"
        return LogMetrics.head("gateway_silence_seconds", "gauge", help)
            + watch.silences.map { name, milliseconds in
                "clawgress_audit_gateway_silence_seconds{gateway=\"\(name)\"} "
                    + "\(max(0, milliseconds) / 1_000)\n"
            }.joined()
    }
}
