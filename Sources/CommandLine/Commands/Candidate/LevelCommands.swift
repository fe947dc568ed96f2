// Going to a level of the configuration. The level is on the server beside the candidate, so the next
// command is at the same place, in whatever shell it is given.

import ArgumentParser
import ClawgressConfigTree
import ClawgressContract

/// A command that goes to another level.
protocol LevelCommand: APICommand {
    var move: LevelRequest { get }
}

extension LevelCommand {
    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = APIRequest(.post, AdminPath.level, body: try APIClient.encode(move))
        try ask(client, request, as: CandidateAnswer.self, on: terminal) {
            terminal.line(CandidateText.place($0.level))
        }
    }
}

/// `clawgress edit PATH…`, and up again by `--up [N]`.
struct EditLevelCommand: LevelCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Goes to a level of your candidate, where the next commands begin.",
        discussion: """
            Examples:
              clawgress edit policy allow-github
              clawgress set match destination '*.github.com'
              clawgress edit match identity
              clawgress edit --up          # to policy allow-github match
              clawgress edit --up 2        # to the top: keyword and name are one step
              clawgress top

            A level is a keyword with further ones below it, or an entry; the entry need not be \
            there yet. set, delete, rename, copy, show (of the candidate) and complete begin \
            there, edit too. All others begin at the top: load, merge, compare, show --of.

            The level belongs to your token as the candidate does. It stays after a commit; \
            discard and the end of the session lead to the top.
            """
    )

    @Argument(help: ArgumentHelp("The path from where you are.", valueName: "word"))
    var words: [String] = []

    @Option(
        defaultAsFlag: 1,
        help: ArgumentHelp("Go up so many steps instead.", valueName: "steps")
    )
    var up: Int?

    @OptionGroup var options: APIOptions

    var move: LevelRequest {
        up.map { LevelRequest(up: $0) } ?? LevelRequest(path: ConfigPath(words).text)
    }

    func validate() throws {
        if up != nil && !words.isEmpty { throw ValidationError("give a path or --up, not both") }
        if let up, !(1...1_000).contains(up) {
            throw ValidationError("--up takes a number of steps from 1 to 1000")
        }
    }
}

/// `clawgress top`.
struct TopCommand: LevelCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Goes back to the top of your candidate, from whatever level.",
        discussion: """
            Example:
              clawgress top
            """
    )

    @OptionGroup var options: APIOptions

    var move: LevelRequest { .top }
}
