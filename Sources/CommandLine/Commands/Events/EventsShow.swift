// Everything about one request or administrative action.

import ArgumentParser
import ClawgressAudit
import ClawgressJWS
import ClawgressModel

/// `clawgress events show ID`.
struct EventsShow: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Prints all fields of one event of a spool folder.",
        discussion: """
            Example:
              clawgress events show 019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a

            The id of a request is in the answer's Clawgress-Request-Id field, that of an \
            administrative event in its event_id. Exit code 1 if no event has it.
            """
    )

    @Argument(help: ArgumentHelp("The request's or the event's id.", valueName: "id"))
    var id: String

    @OptionGroup var options: SpoolOptions

    func run(in context: CommandContext) throws {
        let wanted = id.lowercased()
        var reader = options.reader()
        while let record = try reader.next() {
            guard let id = Self.id(of: record), EventFormat.text(id) == wanted else { continue }
            return show(record, on: context.terminal)
        }
        throw CommandFailure(
            .no,
            "no event has the id `\(TerminalText.escaped(id))`"
        )
    }

    private static func id(of record: AuditRecord) -> RequestID? {
        switch record {
        case .event(let event): event.requestID
        case .admin(let record): record.event.eventID
        case .gap, .heartbeat: nil
        }
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
