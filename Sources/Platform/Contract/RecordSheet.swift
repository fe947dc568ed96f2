// Records as rows of a sheet (CSV, RFC 4180). A program that opens sheets takes some texts for
// formulas and runs them, and agents choose what stands in hosts and paths: no cell can be one.

import ClawgressJWS

/// Writes records as comma-separated values.
public enum RecordSheet {
    /// The members that have a column, in the order of the columns, behind the place in the log.
    private static let members = [
        "timestamp", "record", "decision", "agent_id", "team_id", "project_id", "environment",
        "policy_id", "reason", "status", "http_method", "scheme", "destination_host",
        "destination_port", "path", "outcome", "latency_ms", "duration_ms", "bytes_out", "bytes_in",
        "client_address", "gateway_id", "request_id", "action", "actor", "subject", "result",
    ]

    /// The first line, with its line end.
    public static let head = (["index"] + members).joined(separator: ",") + "\r\n"

    /// The line of one record, with its line end.
    ///
    /// - Parameters:
    ///   - leaf: its place in the log.
    ///   - record: its JSON; empty if there is none any more.
    public static func line(_ leaf: Int64, _ record: [UInt8]) -> String {
        let value = try? StrictJSON.read(record.span)
        let cells = members.map { name in
            // Requests carry no mark of their kind.
            if name == "record", let value, value[name] == nil { return "request" }
            return cell(value?[name])
        }
        return ([String(leaf)] + cells).joined(separator: ",") + "\r\n"
    }

    private static func cell(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null: ""
        case .string(let text): cell(text)
        case .integer(let number): String(number)
        case .some(let other): cell(other.jsonText)
        }
    }

    /// A text as one cell on one line.
    static func cell(_ text: String) -> String {
        var cell = HarmlessText.escaped(text)
        if let first = text.unicodeScalars.first, formulaBegins(with: first) { cell = "'" + cell }
        guard cell.contains(where: { $0 == "," || $0 == "\"" }) else { return cell }
        return "\""
            + cell.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }

    /// The signs, and their full-width forms, which some programs take for the same.
    private static func formulaBegins(with scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "=", "+", "-", "@", "\t", "\r", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
        default: false
        }
    }
}
