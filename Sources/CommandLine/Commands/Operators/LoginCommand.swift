// The beginning and the end of an operator's work with a control plane.

import ArgumentParser
import ClawgressContract

/// `clawgress login`.
struct LoginCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Logs in, and keeps address, CA and token for the commands that follow.",
        discussion: """
            Examples:
              clawgress login --api https://127.0.0.1:9443 --ca ca.pem --user alice
              clawgress login --api https://127.0.0.1:9443 --ca ca.pem --token-file token

            They are kept in $CLAWGRESS_RUNTIME, $XDG_RUNTIME_DIR/clawgress or \
            /dev/shm/clawgress-<uid>, which is in memory and closed to others. clawgress logout \
            ends the session and removes them.
            """
    )

    @Option(help: ArgumentHelp("Who you are.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("A file whose first line is the password.", valueName: "file"))
    var passwordFile: String?

    @OptionGroup var options: APIOptions

    func validate() throws {
        if user != nil, options.access.tokenFile != nil {
            throw ValidationError("give --user or --token-file, not both")
        }
        if passwordFile != nil, user == nil {
            throw ValidationError("--password-file needs --user")
        }
    }

    func run(in context: CommandContext) throws {
        if let user { return try logIn(user, in: context) }
        let endpoint = try options.endpoint(in: context)
        let client = APIClient(endpoint, in: context)
        let answer = try client.value(WhoAmI.self, APIRequest(.get, AdminPath.whoami))
        try keep(endpoint, token: endpoint.token ?? "", in: context)
        context.terminal.line("logged in as \(answer.value.user), \(answer.value.role.rawValue)")
    }

    private func logIn(_ user: String, in context: CommandContext) throws {
        let endpoint = try options.endpoint(in: context, withToken: false)
        let password = try SecretInput.read(
            file: passwordFile,
            prompt: "password of `\(TerminalText.escaped(user))`: ",
            in: context
        )
        let request = APIRequest(
            .post,
            AdminPath.login,
            body: try APIClient.encode(LoginRequest(user: user, password: password))
        )
        let answer = try APIClient(endpoint, in: context).value(LoginAnswer.self, request).value
        try keep(endpoint, token: answer.token, in: context)
        context.terminal.line(
            "logged in as \(answer.user), \(answer.role.rawValue), until \(answer.expiresAt)"
        )
    }

    private func keep(_ endpoint: APIEndpoint, token: String, in context: CommandContext) throws {
        try ContextFile(
            api: endpoint.url,
            authority: String(decoding: endpoint.authority, as: UTF8.self),
            token: token
        ).write(environment: context.environment)
    }
}

/// `clawgress logout`.
struct LogoutCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Ends the session, and forgets address, CA and token.",
        discussion: """
            Example:
              clawgress logout
            """
    )

    @OptionGroup var options: APIOptions

    func run(in context: CommandContext) throws {
        let endpoint = try options.endpoint(in: context)
        // Forgotten here whatever the server says: that is what was asked for.
        let result = Result { try context.callAPI(endpoint, APIRequest(.post, AdminPath.logout)) }
        try ContextFile.remove(environment: context.environment)
        let answer = try result.get()
        let problem = APIProblem(answer)
        switch answer.status {
        case 200..<300: context.terminal.note("logged out")
        case _ where problem.code == "no_session":
            context.terminal.note(
                "forgotten here; the token itself holds until clawgress operator-token revoke"
            )
        default: throw problem.failure
        }
    }
}

/// `clawgress whoami`.
struct WhoAmICommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Says as whom you are logged in.",
        discussion: """
            Example:
              clawgress whoami
            """
    )

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = APIRequest(.get, AdminPath.whoami)
        try ask(client, request, as: WhoAmI.self, on: terminal) { answer in
            let end = answer.expiresAt.map { ", until \($0)" } ?? ""
            terminal.line(
                "\(answer.user), \(answer.role.rawValue), by \(answer.kind.rawValue) "
                    + "\(answer.credentialID)\(end)"
            )
        }
    }
}
