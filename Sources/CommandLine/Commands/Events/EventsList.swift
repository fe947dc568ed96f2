// The log's records, asked of the control plane.

import ArgumentParser
import ClawgressContract

/// `clawgress events list`, which is what `clawgress events` does without another word.
struct EventsList: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Prints the log's records that match, newest first (asks the control plane).",
        discussion: """
            Examples:
              clawgress events --agent crawler --decision deny --since 1h
              clawgress events --host-suffix example.com --status 4xx --limit 20
              clawgress events --kind gap
              clawgress events --follow --decision deny
              clawgress events --since 1d --limit 1000 --json | jq -r .record.destination_host

            On a terminal records are columns; in a pipe, or with --json, each is one line of JSON \
            with its place in the log. Where events were lost, records of the kind `gap` say how \
            many; filters that only requests have leave them out. Exit code 1 if nothing matches.

            --follow prints what comes from now on until it is interrupted.
            """
    )

    @OptionGroup var filter: LogFilter
    @OptionGroup var times: LogTimes

    @Option(help: ArgumentHelp("At most so many; 100 unless given.", valueName: "count"))
    var limit: Int?

    @Flag(help: "The oldest first.")
    var oldest = false

    @Flag(name: .shortAndLong, help: "Print what comes from now on.")
    var follow = false

    @OptionGroup var options: APIOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is at least 1") }
        let isOfThePast = times.since != nil || times.until != nil || oldest || limit != nil
        if follow, isOfThePast {
            throw ValidationError(
                "--follow prints what comes: --since, --until, --limit and --oldest are of what was"
            )
        }
    }

    func run(in context: CommandContext) throws {
        let printer = LogPrinter(context.terminal, isJSON: options.json)
        guard !follow else {
            return try LogTail(printer: printer).run(filter.query, options, in: context)
        }
        let pages = LogPages(
            client: APIClient(try options.endpoint(in: context), in: context),
            query: filter.query + times.query(now: context.now())
                + [("order", oldest ? "oldest" : "newest")]
        )
        var count = 0
        let isMoreLeft = try pages.each(upTo: limit ?? 100) { record in
            if count == 0 { printer.begin() }
            count += 1
            printer.print(record)
        }
        if isMoreLeft { context.terminal.note("there are more: raise --limit, or ask for less") }
        if count == 0 { throw CommandFailure(.no, "") }
    }
}

/// Prints records as columns or as lines of JSON.
struct LogPrinter: Sendable {
    private let terminal: Terminal
    private let isPretty: Bool

    init(_ terminal: Terminal, isJSON: Bool) {
        self.terminal = terminal
        isPretty = terminal.isInteractive && !isJSON
    }

    /// The titles, where there are any.
    func begin() {
        if isPretty { terminal.line(LogTable(terminal).titles) }
    }

    func print(_ record: LogRecord) {
        terminal.line(isPretty ? LogTable(terminal).line(record) : record.line)
    }
}
