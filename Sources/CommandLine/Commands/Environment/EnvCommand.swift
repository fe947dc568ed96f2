// The proxy's variables for a shell.

import ArgumentParser

/// `clawgress env`.
struct EnvCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "env",
        abstract: "Prints the variables that send clients through the gateway.",
        discussion: """
            Examples:
              eval "$(clawgress env --proxy http://127.0.0.1:3128 --agent crawler \\
                --key-file crawler.key)"
              clawgress env --proxy http://gateway.internal:3128

            The output contains the key if one is given. To start one program with the \
            variables, clawgress run is safer.
            """
    )

    @OptionGroup var options: ProxyOptions

    func run(in context: CommandContext) throws {
        let variables = try options.variables()
        for (name, value) in variables.all {
            context.terminal.line("export \(name)=\(TerminalText.shellWord(value))")
        }
        for note in variables.notes { context.terminal.line("# \(note)") }
    }
}
