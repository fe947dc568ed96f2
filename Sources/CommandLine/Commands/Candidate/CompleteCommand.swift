// What may come next on a line, asked of the server that knows the grammar: for shells' completion.

import ArgumentParser
import ClawgressConfigTree
import ClawgressContract

/// `clawgress complete WORD…`.
struct CompleteCommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "complete",
        abstract: "Lists the words that may come next in a line of configuration.",
        discussion: """
            Examples:
              clawgress complete set policy allow-github ''
              clawgress complete set pol

            The line begins at your level (clawgress edit). The last word is completed; an empty \
            one stands for a word that is not begun. In bash, after \
            `source <(clawgress complete --bash)`, the Tab key does it.
            """
    )

    @Argument(help: ArgumentHelp("The line so far.", valueName: "word"))
    var words: [String] = []

    @Flag(help: "Print the function for bash.")
    var bash = false

    @OptionGroup var options: APIOptions

    /// Falls back to bash's own completion of files where the server has nothing to say.
    private static var bashFunction: String {
        """
        _clawgress() {
            COMPREPLY=($(compgen -W "$(clawgress complete "${COMP_WORDS[@]:1:COMP_CWORD}" \
        2>/dev/null | cut -f 1)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _clawgress clawgress
        """
    }

    func run(in context: CommandContext) throws {
        guard !bash else { return context.terminal.line(Self.bashFunction) }
        try run(
            with: APIClient(try options.endpoint(in: context), in: context),
            on: context.terminal
        )
    }

    func run(with client: APIClient, on terminal: Terminal) throws {
        // An open word must stay open: it is not quoted, and what cannot be in one is refused.
        let begun = words.dropLast().map { ConfigWords.quoted($0) } + [words.last ?? ""]
        let request = APIRequest(
            .get,
            AdminPath.complete,
            query: [("line", begun.joined(separator: " ")), ("relative", "true")]
        )
        try ask(client, request, as: CompletionAnswer.self, on: terminal) { answer in
            for each in answer.completions {
                terminal.line(
                    "\(TerminalText.escaped(each.word))\t\(TerminalText.escaped(each.help))"
                )
            }
        }
    }
}
