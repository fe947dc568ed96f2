// How many records there are, of what, and when: answers that the log's index counts.

import ArgumentParser
import ClawgressContract
import ClawgressJWS

/// `clawgress events count`.
struct EventsCount: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Prints how many of the log's records match (asks the control plane).",
        discussion: """
            Examples:
              clawgress events count --decision deny --since 1d
              clawgress events count --kind gap
            """
    )

    @OptionGroup var filter: LogFilter
    @OptionGroup var times: LogTimes
    @OptionGroup var options: APIOptions

    func run(in context: CommandContext) throws {
        let client = APIClient(try options.endpoint(in: context), in: context)
        let query = filter.query + times.query(now: context.now())
        let answer = try LogAnswer(client, "/count", query)
        guard let count = answer.value["count"]?.integer else { throw LogRecord.unknown }
        context.terminal.line(options.json ? answer.line : String(count))
    }
}

/// `clawgress events top SUBJECT`.
struct EventsTop: ContextCommand {
    /// What is counted.
    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case hosts, agents, policies, reasons

        var parameter: String {
            switch self {
            case .hosts: "host"
            case .agents: "agent"
            case .policies: "policy"
            case .reasons: "reason"
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Prints what occurs most in the log (asks the control plane).",
        discussion: """
            Examples:
              clawgress events top hosts --agent crawler --since 1d
              clawgress events top reasons --decision deny --since 1h
            """
    )

    @Argument(help: ArgumentHelp("hosts, agents, policies or reasons.", valueName: "subject"))
    var subject: Subject

    @OptionGroup var filter: LogFilter
    @OptionGroup var times: LogTimes

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit = 10

    @OptionGroup var options: APIOptions

    func run(in context: CommandContext) throws {
        let client = APIClient(try options.endpoint(in: context), in: context)
        let query =
            filter.query + times.query(now: context.now())
            + [("by", subject.parameter), ("limit", String(limit))]
        let answer = try LogAnswer(client, "/top", query)
        guard !options.json else { return context.terminal.line(answer.line) }
        var table = TextTable("COUNT", subject.parameter.uppercased())
        for item in try answer.items {
            guard let count = item["count"]?.integer, let value = item["value"]?.text else {
                throw LogRecord.unknown
            }
            table.add(String(count), value)
        }
        for line in table.lines { context.terminal.line(line) }
    }
}
