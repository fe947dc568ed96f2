// A password for the console and for `clawgress login`.

import ArgumentParser
import ClawgressContract

/// `clawgress password [USER]`.
struct PasswordCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "password",
        abstract: "Sets a user's password, your own if none is named.",
        discussion: """
            Examples:
              clawgress password
              clawgress password alice --password-file new-password
            """
    )

    @Argument(help: ArgumentHelp("The user; you if absent.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("A file whose first line is the new password.", valueName: "file"))
    var passwordFile: String?

    @OptionGroup var options: APIOptions

    func run(in context: CommandContext) throws {
        let client = APIClient(try options.endpoint(in: context), in: context)
        let name =
            try user ?? client.value(WhoAmI.self, APIRequest(.get, AdminPath.whoami)).value.user
        let password = try newPassword(of: name, in: context)
        let path = "\(AdminPath.users)/\(APIRequest.encoded(name))/password"
        let body = try APIClient.encode(PasswordRequest(password: password))
        _ = try client.body(APIRequest(.put, path, body: body))
        context.terminal.note("the password of \(TerminalText.escaped(name)) is set")
    }

    private func newPassword(of name: String, in context: CommandContext) throws -> String {
        let shown = TerminalText.escaped(name)
        let first = try SecretInput.read(
            file: passwordFile,
            prompt: "new password of `\(shown)`: ",
            in: context
        )
        guard passwordFile == nil else { return first }
        let second = try SecretInput.read(file: nil, prompt: "the same once more: ", in: context)
        guard first == second else {
            throw CommandFailure(.usage, "the two passwords differ; nothing was changed")
        }
        return first
    }
}
