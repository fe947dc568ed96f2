// What differs between two configurations.

import ArgumentParser
import ClawgressContract

/// `clawgress compare [FROM [TO]]`.
struct CompareCommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Shows what your candidate would change, or how two revisions differ.",
        discussion: """
            Examples:
              clawgress compare          # from active to your candidate
              clawgress compare 1        # from what was active before to your candidate
              clawgress compare 1 0      # from what was active before to what is active
              clawgress compare active staged

            Exit code 0 also where there is no difference.
            """
    )

    @Argument(help: ArgumentHelp("active, staged, a revision or a number.", valueName: "from"))
    var from = "active"

    @Argument(help: ArgumentHelp("The same, or candidate.", valueName: "to"))
    var to = "candidate"

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let pages = try client.pages(
            CompareAnswer.self,
            AdminPath.compare,
            query: [("from", from), ("to", to), ("format", "json")]
        ) { $0.nextCursor }
        guard var answer = pages.first else { return }
        answer.changes = pages.flatMap(\.changes)
        answer.nextCursor = nil
        guard !options.json else {
            return terminal.line(Self.trimmed(try APIClient.encode(answer)))
        }
        for change in answer.changes {
            terminal.line(CandidateText.line(for: change, on: terminal))
        }
        if answer.changes.isEmpty { terminal.note("no difference") }
    }
}
