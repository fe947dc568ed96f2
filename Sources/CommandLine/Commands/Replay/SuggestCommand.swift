// From denials to lines: what would have to be configured for what was refused.

import ArgumentParser
import ClawgressContract

/// `clawgress suggest`.
struct SuggestCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggest",
        abstract: "Writes policies that would allow what was refused.",
        discussion: """
            Examples:
              clawgress suggest --since 24h
              clawgress suggest --agent crawler --host pypi.org > more.conf
              clawgress suggest --agent crawler | clawgress merge -

            What no policy allowed, and what an observed policy would have denied, becomes policies \
            of one agent, host, port and method each, with the paths that were asked for. What a \
            policy denies is left alone. Read the lines before you merge them: they allow what \
            somebody tried. Nothing is changed by this command.

            Exit code 0, also where there is nothing to suggest.
            """
    )

    @OptionGroup var recorded: RecordedOptions
    @OptionGroup var options: APIOptions

    func run(in context: CommandContext) throws {
        let client = APIClient(try options.endpoint(in: context), in: context)
        let request = recorded.request(AdminPath.logSuggestions, now: context.now())
        let answer = try client.value(SuggestionsAnswer.self, request)
        if options.json {
            context.terminal.line(String(decoding: answer.body, as: UTF8.self))
        } else {
            Self.show(answer.value, on: context.terminal)
        }
    }

    private static func show(_ answer: SuggestionsAnswer, on terminal: Terminal) {
        for item in answer.items {
            let count = ReadingText.count(item.count, "request")
            comment("\(count), the last at \(item.last) (\(item.requestID))", on: terminal)
            if item.widened {
                comment("many paths: the prefixes cover more than was asked for", on: terminal)
            }
            if let observed = item.observedPolicy {
                comment("allowed today; comes before the observed policy \(observed)", on: terminal)
            }
            for line in item.lines { terminal.line(TerminalText.escaped(line)) }
            terminal.line()
        }
        let requests = ReadingText.count(answer.considered, "request")
        terminal.note("\(requests) refused, or to be refused by observed policies")
        let kinds = ReadingText.list(answer.notSuggested)
        if !kinds.isEmpty { terminal.note("nothing suggested for: \(kinds)") }
        if answer.others > 0 {
            terminal.note("further suggestions for \(answer.others) of them: see --limit")
        }
        ReadingText.note(answer.reading, on: terminal)
    }

    private static func comment(_ text: String, on terminal: Terminal) {
        terminal.line("# \(TerminalText.escaped(text))")
    }
}
