// What a configuration would change, told by what happened.

import ArgumentParser
import ClawgressContract

/// `clawgress replay`.
struct ReplayCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Says which recorded decisions your candidate would change.",
        discussion: """
            Examples:
              clawgress replay --since 24h
              clawgress replay --since 7d --staged --agent crawler
              clawgress replay --since 1h --revision 1

            Recorded requests are judged again by the gateways' own code, at the time that was \
            recorded. What cannot be judged again is counted, not guessed. Nothing is changed.

            Exit code 0 if no request would be newly denied or newly allowed, 1 if one would, 75 \
            if none was found and a limit ended the reading.
            """
    )

    @OptionGroup var recorded: RecordedOptions
    @OptionGroup var options: APIOptions

    func run(in context: CommandContext) throws {
        let client = APIClient(try options.endpoint(in: context), in: context)
        let request = recorded.request(AdminPath.logReplay, now: context.now())
        let answer = try client.value(ReplayAnswer.self, request)
        if options.json {
            context.terminal.line(String(decoding: answer.body, as: UTF8.self))
        } else {
            Self.show(answer.value, on: context.terminal)
        }
        let replay = answer.value
        if replay.newlyDenied.requests + replay.newlyAllowed.requests > 0 {
            throw CommandFailure(.no, "")
        }
        if replay.reading.endedBy != nil { throw CommandFailure(.conflict, "") }
    }

    private static func show(_ answer: ReplayAnswer, on terminal: Terminal) {
        for sentence in sentences(answer) { terminal.line(sentence) }
        if !answer.groups.isEmpty {
            var table = TextTable(
                "CHANGE",
                "AGENT",
                "METHOD",
                "TARGET",
                "POLICY",
                "REASON",
                "COUNT",
                "LAST",
                "REQUEST"
            )
            for group in answer.groups {
                table.add(
                    group.change,
                    group.agentID,
                    group.method,
                    group.host.contains(":")
                        ? "[\(group.host)]:\(group.port)" : "\(group.host):\(group.port)",
                    "\(group.policyBefore) -> \(group.policyAfter)",
                    group.reason,
                    String(group.count),
                    group.last,
                    group.requestID
                )
            }
            terminal.line()
            for line in table.lines { terminal.line(line) }
        }
        if answer.others > 0 {
            let others = ReadingText.count(answer.others, "further request")
            terminal.line("and \(others) that would be decided in another way")
        }
        ReadingText.note(answer.reading, on: terminal)
    }

    /// The answer in words.
    private static func sentences(_ answer: ReplayAnswer) -> [String] {
        var sentences: [String] = []
        func add(_ total: ReplayAnswer.Total, _ what: String) {
            guard total.requests > 0 else { return }
            sentences.append(
                "\(ReadingText.count(total.requests, "request")) of "
                    + "\(ReadingText.count(total.agents, "agent")) would now be \(what)"
            )
        }
        add(answer.newlyDenied, "denied")
        add(answer.newlyAllowed, "allowed")
        add(answer.policyChanged, "decided by another policy, with the same end")
        if sentences.isEmpty {
            let all = ReadingText.count(answer.replayed, "recorded request")
            sentences.append("\(all) would be decided as before")
        } else {
            sentences.append(
                "\(answer.unchanged) of \(answer.replayed) would be decided as before"
            )
        }
        let observed = [(answer.observedDenied, "denied"), (answer.observedAllowed, "allowed")]
        for (count, what) in observed where count > 0 {
            sentences.append(
                "\(ReadingText.count(count, "request")) would be \(what) if observed policies were "
                    + "enforced"
            )
        }
        return sentences
    }
}
