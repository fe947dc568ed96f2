// Searching events.

import ArgumentParser
import ClawgressAudit

/// `clawgress events grep PATTERN`.
struct EventsGrep: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "grep",
        abstract: "Prints the events of a spool folder that contain a text.",
        discussion: """
            Examples:
              clawgress events grep pypi.org
              clawgress events grep "" --agent crawler --decision deny --since 1h
              clawgress events grep /admin --reason default_deny --json | wc -l

            The text is looked for in the event's JSON, as it is and not as an expression. Exit \
            code 1 if no event has it.
            """
    )

    @Argument(help: ArgumentHelp("The text.", valueName: "pattern"))
    var pattern: String

    @OptionGroup var filter: EventFilter
    @OptionGroup var options: SpoolOptions

    func run(in context: CommandContext) throws {
        let isPretty = options.isPretty(context.terminal)
        let format = EventFormat(terminal: context.terminal, isPretty: isPretty)
        let matches = filter.predicate(now: context.now())
        var found = 0
        var reader = options.reader()
        while let record = try reader.next() {
            guard matches(record) else { continue }
            if !record.isGap {
                guard contains(record) else { continue }
                if found == 0, isPretty { context.terminal.line(format.titles) }
                found += 1
            }
            format.write(record)
        }
        if found == 0 { throw CommandFailure(.no, "") }
    }

    private func contains(_ record: AuditRecord) -> Bool {
        pattern.isEmpty || EventFormat.json(record).contains(pattern)
    }
}

extension AuditRecord {
    fileprivate var isGap: Bool {
        if case .gap = self { true } else { false }
    }
}
