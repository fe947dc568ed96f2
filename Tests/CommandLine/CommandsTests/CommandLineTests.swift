// What holds of every command.

import ClawgressCommands
import ClawgressModel
import Testing

@Suite("The command line")
struct CommandLineTests {
    static let leaves = [
        "bundle init", "bundle build", "bundle sign", "bundle publish", "bundle verify",
        "bundle show", "key create", "key revoke", "key list", "token issuer-key create",
        "token mint", "explain", "env", "run", "events tail", "events show", "events grep",
    ]

    private func run(_ line: String, _ extra: String...) throws -> CommandResult {
        let arguments = line.split(separator: " ").map(String.init)
        return try CommandWorld().run(arguments: arguments + extra)
    }

    @Test("help has an example and goes to standard output", arguments: leaves)
    func help(line: String) throws {
        let result = try run(line, "--help")
        #expect(result.code == 0 && result.errors.isEmpty)
        #expect(result.output.contains("Example"))
        #expect(result.output.contains("clawgress \(line)"))
    }

    @Test("an unknown option is a usage error on standard error", arguments: leaves)
    func unknownOption(line: String) throws {
        let result = try run(line, "--no-such-option")
        #expect(result.code == 64 && result.output.isEmpty && !result.errors.isEmpty)
    }

    @Test("a group alone shows its commands", arguments: ["", "bundle", "key", "token"])
    func groups(line: String) throws {
        let result = try run(line)
        #expect(result.code == 0 && result.output.contains("SUBCOMMANDS"))
    }

    @Test("says its version and nothing else")
    func version() throws {
        let result = try run("--version")
        #expect(result.code == 0 && result.output == Product.version + "\n")
    }

    @Test("an unknown command is a usage error")
    func unknownCommand() throws {
        #expect(try run("bundel").code == 64)
    }
}
