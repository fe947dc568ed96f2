// The one text form of a record: canonical JSON on one line, at most 16 KiB.

public import ClawgressBytes
import ClawgressModel

/// Writes records as canonical JSON (RFC 8785).
///
///     var line = ByteBuffer(capacity: EventWriter.bytesMax)
///     EventWriter.write(record, to: &line)
public enum EventWriter {
    /// The greatest length of a record's text.
    public static var bytesMax: Int { 16_384 }

    /// Appends a record.
    public static func write(_ record: AuditRecord, to out: inout ByteBuffer) {
        switch record {
        case .event(let event): write(event, to: &out)
        case .gap(let gap): write(gap, to: &out)
        case .admin(let record): write(record, to: &out)
        case .heartbeat(let record): write(record, to: &out)
        }
    }

    /// Appends an event: all fields, null where a value is not known, keys in canonical order;
    /// `redacted` is there only where it is true.
    public static func write(_ event: AuditEvent, to out: inout ByteBuffer) {
        var fields = FieldWriter(truncated: event.truncated)
        out.append("{")
        writeAgentToClient(event, &fields, &out)
        writeCredentialToGateway(event, &fields, &out)
        writeMethodToRequest(event, &fields, &out)
        writeSchemeToWould(event, &fields, &out)
        out.append("}")
    }

    /// Appends a gap record, marked by `"record":"gap"`.
    public static func write(_ gap: AuditGap, to out: inout ByteBuffer) {
        var fields = FieldWriter(truncated: [])
        out.append("{")
        fields.integer("allow", gap.allow, &out)
        fields.text("boot_id", gap.bootID.text, 32, &out)
        fields.integer("deny", gap.deny, &out)
        fields.instant("first", gap.first, &out)
        fields.text("gateway_id", gap.gatewayID, 128, &out)
        fields.instant("last", gap.last, &out)
        fields.integer("rate_limit", gap.rateLimit, &out)
        fields.word("reason", gap.reason?.name, &out)
        fields.word("record", "gap", &out)
        fields.integer("segment", gap.segment, &out)
        fields.integer("worker", UInt64(gap.worker), &out)
        out.append("}")
    }

    /// Appends a sign of life, marked by `"record":"heartbeat"`.
    public static func write(_ record: HeartbeatRecord, to out: inout ByteBuffer) {
        let heartbeat = record.heartbeat
        var fields = FieldWriter(truncated: [])
        out.append("{")
        fields.text("boot_id", record.bootID.text, 32, &out)
        fields.integer("dropped", heartbeat.dropped, &out)
        fields.integer("event_version", UInt64(Heartbeat.formatVersion), &out)
        fields.text("gateway_id", record.gatewayID, 128, &out)
        fields.integers("last_sequences", heartbeat.lastSequences, &out)
        fields.integer("open_exchanges", heartbeat.openExchanges, &out)
        fields.word("phase", heartbeat.phase.name, &out)
        fields.word("record", "heartbeat", &out)
        fields.integer("sequence", record.sequence, &out)
        fields.instant("timestamp", heartbeat.timestamp, &out)
        if let boot = heartbeat.uncleanBoot {
            fields.text("unclean_shutdown", boot.text, 32, &out)
        }
        fields.integer("worker", UInt64(record.worker), &out)
        out.append("}")
    }

    /// Appends an administrative record, marked by `"record":"admin"`.
    public static func write(_ record: AdminRecord, to out: inout ByteBuffer) {
        let event = record.event
        var fields = FieldWriter(truncated: event.truncated)
        out.append("{")
        fields.word("action", event.action.name, &out)
        fields.text("actor", event.actor.name, AdminText.actor.bytesMax, &out)
        fields.text("boot_id", record.bootID.text, 32, &out)
        fields.text("commit_id", event.commitID, AdminText.commitID.bytesMax, &out)
        fields.text(
            "credential_id",
            event.actor.credentialID,
            AdminText.credentialID.bytesMax,
            &out
        )
        fields.requestID("event_id", event.eventID, &out)
        fields.integer("event_version", UInt64(AdminEvent.formatVersion), &out)
        fields.text("reason", event.reason, AdminText.reason.bytesMax, &out)
        fields.word("record", "admin", &out)
        fields.word("result", event.result.name, &out)
        fields.text("revision", event.revision, AdminText.revision.bytesMax, &out)
        fields.word("role", event.actor.role?.name, &out)
        fields.integer("sequence", record.sequence, &out)
        fields.integer("serial", event.serial, &out)
        fields.text("service_id", record.serviceID, 128, &out)
        fields.text("source_address", event.source?.text, 64, &out)
        fields.text("subject", event.subject, AdminText.subject.bytesMax, &out)
        fields.text("summary", event.summary, AdminText.summary.bytesMax, &out)
        fields.instant("timestamp", event.timestamp, &out)
        fields.truncatedNames(&out)
        fields.integer("worker", UInt64(record.worker), &out)
        out.append("}")
    }

    private static func writeAgentToClient(
        _ event: AuditEvent,
        _ fields: inout FieldWriter,
        _ out: inout ByteBuffer
    ) {
        fields.text("agent_id", event.agentID, 128, &out)
        fields.text("allowed_by", event.allowedBy, 128, &out)
        fields.integer("attempts", UInt64(event.end.attempts), &out)
        let authentication = event.authentication
        fields.word("auth_type", authentication == .none ? nil : authentication.name, &out)
        fields.text("boot_id", event.bootID.text, 32, &out)
        fields.text("bundle_revision", event.bundleRevision, 256, &out)
        fields.integer("bundle_serial", event.bundleSerial, &out)
        fields.integer("bytes_in", event.end.bytesIn, &out)
        fields.integer("bytes_out", event.end.bytesOut, &out)
        fields.text("claimed_agent_id", event.claimedAgentID, 384, &out)
        fields.text("client_address", event.clientAddress.text, 64, &out)
        fields.integer("client_port", UInt64(event.clientPort), &out)
        fields.word("closing_reason", event.end.closing?.reason.name, &out)
        fields.integer("closing_serial", event.end.closing?.serial, &out)
    }

    private static func writeCredentialToGateway(
        _ event: AuditEvent,
        _ fields: inout FieldWriter,
        _ out: inout ByteBuffer
    ) {
        fields.text("credential_id", event.credentialID, 1_024, &out)
        fields.word("decision", event.decision.name, &out)
        fields.text("destination_address", event.destinationAddress?.text, 64, &out)
        fields.text("destination_host", event.destinationHost, 512, &out)
        fields.integer("destination_port", event.destinationPort.map { UInt64($0) }, &out)
        fields.integer("duration_ms", event.end.durationMicroseconds / 1_000, &out)
        fields.text("environment", event.environment, 128, &out)
        fields.integer("event_version", UInt64(AuditEvent.formatVersion), &out)
        fields.text("gateway_id", event.gatewayID, 128, &out)
        fields.integer("gateway_us", event.end.gatewayMicroseconds, &out)
    }

    private static func writeMethodToRequest(
        _ event: AuditEvent,
        _ fields: inout FieldWriter,
        _ out: inout ByteBuffer
    ) {
        fields.text("http_method", event.method, 128, &out)
        fields.thousandths("latency_ms", event.end.latencyMicroseconds, &out)
        fields.word("outcome", event.end.outcome.name, &out)
        fields.text("path", event.path, 10_240, &out)
        fields.text("policy_id", event.policyID, 128, &out)
        fields.integer("policy_version", event.policyVersion.map { Int64($0) }, &out)
        fields.text("project_id", event.projectID, 128, &out)
        fields.word("protocol", event.requestProtocol.name, &out)
        fields.word("quota_applied", event.quota.name, &out)
        fields.word("reason", event.reason.name, &out)
        // Only where it says something: other events have the bytes that they always had.
        if event.isRedacted { fields.yes("redacted", &out) }
        fields.requestID("request_id", event.requestID, &out)
    }

    private static func writeSchemeToWould(
        _ event: AuditEvent,
        _ fields: inout FieldWriter,
        _ out: inout ByteBuffer
    ) {
        fields.word("scheme", event.scheme == .unknown ? nil : event.scheme.name, &out)
        fields.integer("sequence", event.sequence, &out)
        fields.text("sni", event.serverName, 512, &out)
        fields.integer("status", event.end.status == 0 ? nil : UInt64(event.end.status), &out)
        fields.text("team_id", event.teamID, 128, &out)
        fields.instant("timestamp", event.timestamp, &out)
        // Behind every text that can be cut here, and canonical order agrees.
        fields.truncatedNames(&out)
        fields.requestID("tunnel_request_id", event.tunnelRequestID, &out)
        fields.integer("worker", UInt64(event.worker), &out)
        fields.word("would_decision", event.wouldDecision?.name, &out)
        fields.text("would_policy_id", event.wouldPolicyID, 128, &out)
    }
}
