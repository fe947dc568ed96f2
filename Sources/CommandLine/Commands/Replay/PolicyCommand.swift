// Which policies decide anything.

import ArgumentParser
import ClawgressContract

/// `clawgress policy`.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Tells what policies did.",
        subcommands: [PolicyHits.self]
    )
}

/// `clawgress policy hits`.
struct PolicyHits: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "hits",
        abstract: "Counts what each policy in force decided.",
        discussion: """
            Examples:
              clawgress policy hits --since 7d
              clawgress policy hits --json

            Every policy of the active revision is listed, also those that decided nothing, with \
            the reserved ids and with policies that are gone. An observed or disabled policy \
            decides nothing.
            """
    )

    @OptionGroup var span: RecordedSpan
    @OptionGroup var options: APIOptions

    func run(in context: CommandContext) throws {
        let client = APIClient(try options.endpoint(in: context), in: context)
        let request = APIRequest(
            .get,
            AdminPath.logPolicyHits,
            query: span.query(now: context.now())
        )
        let answer = try client.value(PolicyHitsAnswer.self, request)
        guard !options.json else {
            context.terminal.line(String(decoding: answer.body, as: UTF8.self))
            return
        }
        var table = TextTable("COUNT", "POLICY", "SAYS", "LAST")
        for item in answer.value.items {
            table.add(
                String(item.count),
                item.policyID,
                Self.words(for: item),
                item.last ?? "never"
            )
        }
        for line in table.lines { context.terminal.line(line) }
    }

    private static func words(for item: PolicyHitsAnswer.Item) -> String {
        switch item.kind {
        case .reserved: "(no policy)"
        case .removed: "(not in force)"
        case .policy:
            [
                item.action, item.mode == "observe" ? "observed" : nil,
                item.enabled == false ? "disabled" : nil,
            ].compactMap { $0 }.joined(separator: ", ")
        }
    }
}
