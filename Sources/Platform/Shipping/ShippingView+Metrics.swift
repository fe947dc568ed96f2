// The metrics that only a process with an `audit` block has.

extension ShippingView {
    /// The view in the text form of metrics.
    ///
    /// - Parameter now: wall clock, microseconds since 1970 UTC.
    public func metrics(at now: Int64) -> String {
        let lag = Double(oldest.map { max(0, now - $0) } ?? 0) / 1_000_000
        return """
            # HELP clawgress_audit_sent_total records sent to the log, repetitions included
            # TYPE clawgress_audit_sent_total counter
            clawgress_audit_sent_total \(counts.sent)
            # HELP clawgress_audit_acknowledged_total records that the log has
            # TYPE clawgress_audit_acknowledged_total counter
            clawgress_audit_acknowledged_total \(counts.acknowledged)
            # HELP clawgress_audit_refused_total records that the log refused
            # TYPE clawgress_audit_refused_total counter
            clawgress_audit_refused_total \(counts.refused)
            # HELP clawgress_audit_failures_total attempts to ship that were in vain
            # TYPE clawgress_audit_failures_total counter
            clawgress_audit_failures_total \(counts.failures)
            # HELP clawgress_audit_connected whether the log answered the last attempt
            # TYPE clawgress_audit_connected gauge
            clawgress_audit_connected \(isConnected ? 1 : 0)
            # HELP clawgress_audit_lag_seconds age of the oldest record on its way to the log
            # TYPE clawgress_audit_lag_seconds gauge
            clawgress_audit_lag_seconds \(lag)
            # HELP clawgress_spool_bytes bytes that the spool's segments take
            # TYPE clawgress_spool_bytes gauge
            clawgress_spool_bytes \(spoolBytes)
            # HELP clawgress_log_size entries of the log's newest checkpoint that was believed
            # TYPE clawgress_log_size gauge
            clawgress_log_size \(logSize)
            # HELP clawgress_log_inconsistent whether the log contradicted itself
            # TYPE clawgress_log_inconsistent gauge
            clawgress_log_inconsistent \(isInconsistent ? 1 : 0)

            """
    }
}
