// Where the sinks stand, in the text form of Prometheus.

import Synchronization

/// Writes the metrics of sinks.
struct SinkMetrics {
    let sinks: [Sink]
    /// Microseconds since 1970 UTC.
    let now: Int64

    private typealias Row = (sent: SinkCounts, course: SinkCourse, size: Int, since: Int64?)

    /// All metrics; nothing without sinks.
    var text: String {
        guard !sinks.isEmpty else { return "" }
        let rows = sinks.map { sink in
            (
                sink.settings.name,
                sink.state.withLock { state -> Row in
                    (state.course.counts, state.course, state.size, state.waitingSince)
                }
            )
        }
        let now = now
        let metrics: [(String, String, String, (Row) -> Int64)] = [
            ("sent_records_total", "counter", "records that sinks took", { Int64($0.sent.sent) }),
            (
                "failures_total", "counter", "attempts of sinks that failed",
                { Int64($0.sent.failures) }
            ),
            (
                "skipped_entries_total", "counter", "entries pruned before the sink had them",
                { Int64($0.sent.skipped) }
            ),
            (
                "unmapped_records_total", "counter", "records without a form in the sink's format",
                { Int64($0.sent.unmapped) }
            ),
            (
                "lag_entries", "gauge", "published entries that the sink has not dealt with",
                { Int64(max(0, $0.size - $0.course.next)) }
            ),
            (
                "lag_seconds", "gauge", "age of the oldest of them",
                { row in row.since.map { max(0, now - $0) / 1_000_000 } ?? 0 }
            ),
            ("up", "gauge", "1 while the last attempt succeeded", { $0.course.isUp ? 1 : 0 }),
            (
                "alert", "gauge", "1 while the alert `sink_down` is raised",
                { $0.course.isDown ? 1 : 0 }
            ),
        ]
        return metrics.map { name, type, help, value in
            let name = "clawgress_audit_sink_\(name)"
            let lines = rows.map { "\(name){sink=\"\($0)\"} \(value($1))\n" }.joined()
            return "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(lines)"
        }.joined()
    }
}
