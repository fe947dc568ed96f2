// A configuration as it is written.

import ArgumentParser
import ClawgressConfigTree
import ClawgressContract

/// `clawgress show [PATH…]`.
struct ShowCommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows the configuration: the active one, your candidate, or an older one.",
        discussion: """
            Examples:
              clawgress show
              clawgress show policy allow-github --of active
              clawgress show --of 1 --commands > yesterday.conf

            Without --of it is your candidate, where `+`, `-` and `>` mark what it would change. \
            It is shown from your level (clawgress edit), where the path begins, too; with \
            --commands each line has its whole path all the same, as clawgress load takes it.

            Otherwise, always from the top, `active`, `staged`, a revision (at least 8 hex \
            digits), or a number: 1 is what was active before.
            """
    )

    @Argument(help: ArgumentHelp("The part to show; everything if absent.", valueName: "word"))
    var words: [String] = []

    @Option(
        help: ArgumentHelp("active, candidate, staged, a revision or a number.", valueName: "what")
    )
    var of = "candidate"

    @Flag(help: "Show it as the commands that would make it.")
    var commands = false

    @OptionGroup var options: APIOptions

    func validate() throws {
        if commands && options.json { throw ValidationError("give --commands or --json, not both") }
    }

    func run(with client: APIClient, on terminal: Terminal) throws {
        let format =
            options.json
            ? "json" : commands ? "commands" : of == "candidate" ? "marked" : "text"
        let request = APIRequest(
            .get,
            AdminPath.configuration,
            query: [
                ("of", of), ("path", words.isEmpty ? nil : ConfigPath(words).text),
                ("relative", of == "candidate" ? "true" : nil), ("format", format),
            ]
        )
        let text = try client.text(request)
        terminal.write(.output, text.isEmpty || text.hasSuffix("\n") ? text : text + "\n")
    }
}
