// A record in the native protocol of the journal
// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/): a field is a line, or, where its value has a line
// end, its name, its length in eight bytes and the value. Pure.

import ClawgressAuditIndex

/// Writes messages.
public enum JournalMessage {
    /// The datagram of a record; at most a few kilobytes more than the record.
    public static func bytes(_ rendered: RenderedRecord) -> [UInt8] {
        let record = rendered.record
        let facts = record.facts
        let priority = SyslogMessage.Severity(facts).rawValue
        let fields: [(String, String?)] = [
            ("PRIORITY", String(priority)), ("SYSLOG_IDENTIFIER", "clawgress"),
            ("CLAWGRESS_INDEX", String(record.index)), ("CLAWGRESS_KIND", facts.kind.rawValue),
            ("CLAWGRESS_GATEWAY", facts[.gateway]), ("CLAWGRESS_AGENT", facts[.agent]),
            ("CLAWGRESS_TEAM", facts[.team]), ("CLAWGRESS_PROJECT", facts[.project]),
            ("CLAWGRESS_ENVIRONMENT", facts[.environment]),
            ("CLAWGRESS_DECISION", facts.decision?.rawValue),
            ("CLAWGRESS_POLICY", facts[.policy]), ("CLAWGRESS_REASON", facts[.reason]),
            ("CLAWGRESS_HOST", facts.host), ("CLAWGRESS_STATUS", facts.status.map { "\($0)" }),
            ("CLAWGRESS_REQUEST_ID", record.id),
        ]
        var bytes: [UInt8] = []
        append("MESSAGE", rendered.line, to: &bytes)
        for (name, value) in fields {
            if let value { append(name, Array(value.utf8), to: &bytes) }
        }
        return bytes
    }

    /// A field, whatever its value holds.
    static func append(_ name: String, _ value: [UInt8], to bytes: inout [UInt8]) {
        bytes += name.utf8
        if value.contains(UInt8(ascii: "\n")) {
            bytes.append(UInt8(ascii: "\n"))
            for place in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: value.count >> (place * 8)))
            }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += value
        bytes.append(UInt8(ascii: "\n"))
    }
}
