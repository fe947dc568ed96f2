// Events for people: columns on one line each, all fields of one, and gaps that nobody
// overlooks. Everything that clients sent is escaped.

import ClawgressAudit
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressModel

/// Writes records to a terminal or a pipe.
struct EventFormat {
    let terminal: Terminal
    /// Columns instead of JSON.
    let isPretty: Bool

    /// Writes one record.
    func write(_ record: AuditRecord) {
        guard isPretty else { return terminal.line(Self.json(record)) }
        switch record {
        case .event(let event): terminal.line(columns(event))
        case .gap(let gap): terminal.line(terminal.styled(Self.sentence(gap), .bad))
        case .admin(let record): terminal.line(columns(record.event))
        case .heartbeat(let record): terminal.line(terminal.styled(Self.sentence(record), .faint))
        }
    }

    /// The canonical JSON of a record, without line feed.
    static func json(_ record: AuditRecord) -> String {
        var line = ByteBuffer(capacity: EventWriter.bytesMax)
        EventWriter.write(record, to: &line)
        return line.bytes.string()
    }

    /// The 36 characters of a request's id.
    static func text(_ requestID: RequestID) -> String {
        var out = ByteBuffer(capacity: 36)
        requestID.write(to: &out)
        return out.bytes.string()
    }

    /// The titles above the columns.
    var titles: String {
        let line =
            Self.padded("TIME", 24) + " " + Self.padded("DECISION", 10) + " "
            + Self.padded("AGENT", 14) + " " + Self.padded("STATUS", 6) + " "
            + Self.padded("MS", 8) + " " + Self.padded("REASON", 24) + " REQUEST"
        return terminal.styled(line, .faint)
    }

    private func columns(_ event: AuditEvent) -> String {
        let decision = Self.padded(event.decision.name.description, 10)
        let agent = event.agentID ?? event.claimedAgentID.map { "?\($0)" } ?? "-"
        let status = event.end.status == 0 ? "-" : "\(event.end.status)"
        return [
            Self.time(event.timestamp),
            terminal.styled(decision, Self.style(event)),
            Self.padded(TerminalText.escaped(agent), 14),
            Self.padded(status, 6),
            Self.padded(Self.milliseconds(event.end.latencyMicroseconds), 8),
            Self.padded(event.reason.name.description, 24),
            request(event),
        ].joined(separator: " ")
    }

    /// Under the titles of requests: the result as the decision, the actor as the agent.
    private func columns(_ event: AdminEvent) -> String {
        let result = Self.padded(event.result.name.description, 10)
        let what = [event.action.name.description, event.subject, event.summary]
            .compactMap(\.self).joined(separator: " ")
        return [
            Self.time(event.timestamp),
            terminal.styled(result, event.result == .ok ? .good : .bad),
            Self.padded(TerminalText.escaped(event.actor.name ?? "-"), 14),
            Self.padded("-", 6),
            Self.padded("-", 8),
            Self.padded(TerminalText.escaped(event.reason ?? "-"), 24),
            TerminalText.escaped(what),
        ].joined(separator: " ")
    }

    private func request(_ event: AuditEvent) -> String {
        let method = event.method ?? "-"
        let host = event.destinationHost ?? "-"
        let port = event.destinationPort.map { ":\($0)" } ?? ""
        let target = TerminalText.escaped("\(method) \(host)\(port)\(event.path ?? "")")
        let policy = terminal.styled("by \(TerminalText.escaped(event.policyID))", .faint)
        guard let would = event.wouldDecision else { return "\(target) \(policy)" }
        let observed = "would \(would.name) by \(event.wouldPolicyID ?? "default-deny")"
        return "\(target) \(policy) "
            + terminal.styled(TerminalText.escaped("(\(observed))"), .attention)
    }

    private static func style(_ event: AuditEvent) -> Terminal.Style {
        switch event.decision {
        case .allow: .good
        case .deny: .bad
        case .rateLimit: .attention
        }
    }

    /// `!!! 12 events were lost …`.
    static func sentence(_ gap: AuditGap) -> String {
        "!!! \(gap.total) events were lost on \(gap.gatewayID) between "
            + "\(time(gap.first)) and \(time(gap.last)): \(gap.allow) allowed, "
            + "\(gap.deny) denied, \(gap.rateLimit) rate limited"
    }

    /// `2026-11-23T21:00:00.123Z gw-1 is running: …`.
    private static func sentence(_ record: HeartbeatRecord) -> String {
        let heartbeat = record.heartbeat
        let word =
            switch heartbeat.phase {
            case .start: "starts"
            case .running: "is running"
            case .drain: "stops"
            }
        return "\(time(heartbeat.timestamp)) \(record.gatewayID) \(word): "
            + "\(heartbeat.openExchanges) open, \(heartbeat.dropped) lost"
    }

    /// `2026-11-23T21:00:00.123Z`.
    private static func time(_ microseconds: Int64) -> String {
        let milliseconds = String(microseconds / 1_000 % 1_000)
        let zeros = String(repeating: "0", count: 3 - milliseconds.count)
        return Timestamp.text(microseconds / 1_000_000).dropLast() + ".\(zeros)\(milliseconds)Z"
    }

    private static func milliseconds(_ microseconds: UInt64?) -> String {
        guard let microseconds else { return "-" }
        return "\(microseconds / 1_000).\(microseconds / 100 % 10)"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }
}
