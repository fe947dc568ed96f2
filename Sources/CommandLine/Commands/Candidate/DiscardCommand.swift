// Giving up a candidate, or taking it over to what is active by now.

import ArgumentParser
import ClawgressContract

/// `clawgress discard`.
struct DiscardCommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Throws your candidate's changes away.",
        discussion: """
            Example:
              clawgress discard
            """
    )

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let body = try client.body(APIRequest(.delete, AdminPath.candidate))
        if options.json, !body.isEmpty {
            terminal.line(Self.trimmed(body))
        } else {
            terminal.note("the candidate's changes are gone")
        }
    }
}

/// `clawgress rebase [--keep mine|theirs]`.
struct RebaseCommand: APICommand {
    /// Whose value holds where both changed the same path.
    enum Side: String, ExpressibleByArgument, CaseIterable {
        case mine, theirs
    }

    static let configuration = CommandConfiguration(
        commandName: "rebase",
        abstract: "Takes your candidate's changes over to the active revision.",
        discussion: """
            Examples:
              clawgress rebase
              clawgress rebase --keep mine

            Needed when somebody else committed since your candidate began. Where both changed \
            the same path, all such paths are listed and nothing happens unless --keep says \
            whose value holds there.
            """
    )

    @Option(help: ArgumentHelp("mine or theirs.", valueName: "whose"))
    var keep: Side?

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = APIRequest(
            .post,
            AdminPath.rebase,
            body: try APIClient.encode(
                RebaseRequest(keep: keep.flatMap { RebaseRequest.Keep(rawValue: $0.rawValue) })
            )
        )
        try ask(client, request, as: CandidateAnswer.self, on: terminal) {
            CandidateText.show($0, on: terminal)
        }
    }
}
