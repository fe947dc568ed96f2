// A refusal of the API as a person reads it: what was wrong, where, and the way out. Programs
// compare the code, which stands in brackets.

import ClawgressJWS

/// A problem (RFC 9457) of the admin API or the policy service.
struct APIProblem: Equatable {
    let status: Int
    /// The stable word; `http_<status>` where the answer was no problem.
    let code: String
    /// One sentence, then one line for each single fault.
    let lines: [String]

    init(_ answer: APIAnswer) {
        status = answer.status
        let bytes = answer.body
        let body = try? StrictJSON.read(bytes.span)
        code = body?["code"]?.text ?? "http_\(answer.status)"
        let first = body?["detail"]?.text ?? body?["title"]?.text ?? "the request was refused"
        // Where one fault says it all, it is said once.
        let details = (body.map(Self.details) ?? []).filter { $0 != first }
        lines = ["\(first) (\(code))"] + details
    }

    /// The exit code that scripts see.
    var exitCode: CommandFailure.Code {
        switch status {
        case 401, 403: .noPermission
        case 404: .noInput
        case 409, 412, 429: .conflict
        case 400..<500: .data
        default: .unavailable
        }
    }

    /// As the end of a command.
    var failure: CommandFailure {
        CommandFailure(
            exitCode,
            lines.map { TerminalText.escaped($0) }.joined(separator: "\n")
        )
    }

    private static func details(_ body: JSONValue) -> [String] {
        let report = body["report"]
        let faults = (body["errors"]?.elements ?? []) + (report?["errors"]?.elements ?? [])
        var lines = faults.compactMap { Self.line(for: $0) }
        lines += (body["problems"]?.elements ?? []).compactMap { $0.text ?? Self.line(for: $0) }
        lines += (report?["warnings"]?.elements ?? []).compactMap { Self.line(for: $0) }
            .map { "warning: \($0)" }
        lines += (body["paths"]?.elements ?? []).compactMap { $0.text }.map { "differs: \($0)" }
        for refusal in body["refusals"]?.elements ?? [] {
            let gateway = refusal["gateway_id"]?.text ?? "a gateway"
            let reason = refusal["reason"]?.text ?? "no reason given"
            let code = refusal["code"]?.text.map { " (\($0))" } ?? ""
            lines.append("gateway \(gateway): \(reason)\(code)")
        }
        return lines
    }

    private static func line(for fault: JSONValue) -> String? {
        guard let message = fault["message"]?.text else { return fault.text }
        // Some messages name their place themselves.
        let places = [fault["line"]?.integer.map { "line \($0)" }, fault["path"]?.text]
            .compactMap { $0 }.filter { !message.contains($0) }
        return places.isEmpty ? message : "\(places.joined(separator: ", ")): \(message)"
    }
}
