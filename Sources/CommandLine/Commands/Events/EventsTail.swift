// The last events, and those to come.

import ArgumentParser
import ClawgressAudit

/// `clawgress events tail`.
struct EventsTail: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Prints the last events of a spool folder.",
        discussion: """
            Examples:
              clawgress events tail
              clawgress events tail -n 100 --decision deny
              clawgress events tail -f --json | jq -r .destination_host
            """
    )

    @Option(name: .customShort("n"), help: ArgumentHelp("How many.", valueName: "count"))
    var count = 20

    @Flag(name: .shortAndLong, help: "Wait for more events until interrupted.")
    var follow = false

    @OptionGroup var filter: EventFilter
    @OptionGroup var options: SpoolOptions

    func validate() throws {
        if count < 0 { throw ValidationError("-n must not be negative") }
    }

    func run(in context: CommandContext) throws {
        let isPretty = options.isPretty(context.terminal)
        let format = EventFormat(terminal: context.terminal, isPretty: isPretty)
        let matches = filter.predicate(now: context.now())
        var reader = options.reader()
        var last: [AuditRecord] = []
        while let record = try reader.next() {
            guard matches(record) else { continue }
            last.append(record)
            // Dropping many at once keeps the cost of each at a constant.
            if last.count >= 2 * count + 64 { last.removeFirst(last.count - count) }
        }
        if isPretty { context.terminal.line(format.titles) }
        for record in last.suffix(count) { format.write(record) }
        while follow, context.waitForMore() {
            while let record = try reader.next() {
                if matches(record) { format.write(record) }
            }
        }
    }
}
