// The commands about agents' API keys.

import ArgumentParser
import ClawgressBundleSigning

/// `clawgress key`.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Makes, revokes and lists agents' API keys.",
        subcommands: [KeyCreate.self, KeyRevoke.self, KeyList.self]
    )
}

/// The option of every command about keys.
struct KeySourceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The source folder.", valueName: "dir"))
    var source = "."

    /// Tells how a change reaches the gateways.
    func notePublication(on terminal: Terminal) {
        terminal.note(
            "it holds once published: clawgress bundle publish \(TerminalText.shellWord(source))"
        )
    }
}
