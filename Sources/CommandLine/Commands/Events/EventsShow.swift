// Everything about one request.

import ArgumentParser
import ClawgressAudit
import ClawgressJWS

/// `clawgress events show REQUEST_ID`.
struct EventsShow: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Prints all fields of one event.",
        discussion: """
            Example:
              clawgress events show 019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a

            The id is in the answer's Clawgress-Request-Id field. Exit code 1 if no event has it.
            """
    )

    @Argument(help: ArgumentHelp("The request's id.", valueName: "request-id"))
    var requestID: String

    @OptionGroup var options: SpoolOptions

    func run(in context: CommandContext) throws {
        let wanted = requestID.lowercased()
        var reader = options.reader()
        while let record = try reader.next() {
            guard case .event(let event) = record, EventFormat.text(event.requestID) == wanted
            else { continue }
            return show(record, on: context.terminal)
        }
        throw CommandFailure(
            .no,
            "no event has the request id `\(TerminalText.escaped(requestID))`"
        )
    }

    private func show(_ record: AuditRecord, on terminal: Terminal) {
        let line = EventFormat.json(record)
        guard options.isPretty(terminal), let fields = try? StrictJSON.read(line).members else {
            return terminal.line(line)
        }
        let width = fields.map(\.name.count).max() ?? 0
        for field in fields {
            let padding = String(repeating: " ", count: width - field.name.count)
            let text = field.value.text ?? field.value.jsonText
            terminal.line("\(field.name)\(padding)  \(TerminalText.escaped(text))")
        }
    }
}
