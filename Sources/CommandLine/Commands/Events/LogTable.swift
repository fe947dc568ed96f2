// The log's records for people: a line each that is no wider than the terminal, with whatever others
// wrote escaped before it is cut.

import ClawgressJWS

/// Writes records of the log as columns.
struct LogTable {
    private struct Column {
        let title: String
        let width: Int
    }

    private let terminal: Terminal
    private let isWide: Bool
    private let columns: [Column]

    /// From this width on everything has a column of its own.
    private static var wide: Int { 120 }

    init(_ terminal: Terminal) {
        self.terminal = terminal
        isWide = terminal.width >= Self.wide
        let widths = isWide ? [24, 10, 14, 6, 8, 24] : [19, 10, 12, 3]
        let titles =
            isWide
            ? ["TIME", "DECISION", "AGENT", "STATUS", "MS", "REASON"]
            : ["TIME", "DECISION", "AGENT", "ST"]
        let rest = terminal.width - widths.reduce(0) { $0 + $1 + 1 }
        columns =
            zip(titles, widths).map { Column(title: $0, width: $1) }
            + [Column(title: "REQUEST", width: max(rest, 8))]
    }

    /// The titles above the columns.
    var titles: String {
        terminal.styled(line(columns.map(\.title)), .faint)
    }

    /// One record.
    func line(_ record: LogRecord) -> String {
        guard let value = record.record else {
            return cut("record \(record.index) is no longer in the log", terminal.width)
        }
        let fields = Fields(value: value)
        if fields["record"] == "gap" {
            return terminal.styled(cut(fields.gap, terminal.width), .bad)
        }
        let time = fields["timestamp"] ?? "-"
        let decision = fields["decision"] ?? fields["result"] ?? fields["record"] ?? "-"
        let reason = fields["reason"] ?? "-"
        let status = fields["status"].flatMap { $0 == "0" ? nil : $0 } ?? "-"
        let cells =
            isWide
            ? [
                time.count == 27 ? "\(time.prefix(23))Z" : time, decision, fields.who, status,
                fields["latency_ms"] ?? "-", reason, fields.what,
            ]
            : [
                String(time.prefix(19)), decision, fields.who, status,
                decision == "allow" ? fields.what : "\(reason) \(fields.what)",
            ]
        return line(cells, decision)
    }

    private func line(_ cells: [String], _ decision: String? = nil) -> String {
        zip(cells, columns).enumerated().map { place, pair in
            let (cell, column) = pair
            let text = cut(cell, column.width)
            guard place < columns.count - 1 else { return text }
            let padded = text + String(repeating: " ", count: column.width - text.count)
            guard place == 1, let decision else { return padded }
            return terminal.styled(padded, Self.style(decision))
        }.joined(separator: " ")
    }

    /// `text` in at most `width` columns; what is missing shows as `…`.
    private func cut(_ text: String, _ width: Int) -> String {
        text.count <= width ? text : text.prefix(max(width - 1, 0)) + "…"
    }

    private static func style(_ decision: String) -> Terminal.Style {
        switch decision {
        case "allow", "ok": .good
        case "deny", "refused", "failed": .bad
        case "rate_limit": .attention
        default: .faint
        }
    }
}

/// The members of a record as text.
private struct Fields {
    let value: JSONValue

    subscript(name: String) -> String? {
        switch value[name] {
        case .string(let text)?: TerminalText.escaped(text)
        case .integer(let number)?: String(number)
        case .number(let number)?: String(number)
        default: nil
        }
    }

    var who: String {
        self["agent_id"] ?? self["claimed_agent_id"].map { "?\($0)" } ?? self["actor"] ?? "-"
    }

    var what: String {
        if let action = self["action"] {
            return [action, self["subject"], self["summary"]].compactMap(\.self)
                .joined(separator: " ")
        }
        if self["record"] == "heartbeat" { return "heartbeat of \(self["gateway_id"] ?? "-")" }
        let port = self["destination_port"].map { ":\($0)" } ?? ""
        let target = "\(self["http_method"] ?? "-") \(self["destination_host"] ?? "-")\(port)"
        return "\(target)\(self["path"] ?? "") by \(self["policy_id"] ?? "-")"
    }

    var gap: String {
        "!!! events were lost on \(self["gateway_id"] ?? "-") between \(self["first"] ?? "-") and "
            + "\(self["last"] ?? "-"): \(self["allow"] ?? "-") allowed, \(self["deny"] ?? "-") "
            + "denied, \(self["rate_limit"] ?? "-") rate limited"
    }
}
