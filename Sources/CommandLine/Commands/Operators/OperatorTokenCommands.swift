// Operators' tokens for programs. They are another thing than agents' tokens, which are
// `clawgress token`, so they have another name.

import ArgumentParser
import ClawgressBytes
import ClawgressContract

/// `clawgress operator-token`.
struct OperatorTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator-token",
        abstract: "Makes, lists and revokes operators' tokens for the admin API.",
        subcommands: [
            OperatorTokenCreate.self, OperatorTokenList.self, OperatorTokenRevoke.self,
        ]
    )
}

/// `clawgress operator-token create NAME`.
struct OperatorTokenCreate: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a token and shows it once.",
        discussion: """
            Examples:
              clawgress operator-token create nightly-report --role read-only --expires 30d
              clawgress operator-token create deploy --output deploy.token
              clawgress operator-token create key-rotation --scope keys --scope commit

            Scopes limit a token to parts of the API, within its role: configuration:read, \
            configuration:write, commit, keys, gateways, events:read, users, metrics.
            """
    )

    @Argument(help: ArgumentHelp("What it is for.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("How long it holds, such as 90d.", valueName: "span"))
    var expires: LifeSpan?

    @Option(help: ArgumentHelp("A role that is less than your own.", valueName: "role"))
    var role: RoleArgument?

    @Option(help: ArgumentHelp("A part of the API that it is for; repeatable.", valueName: "scope"))
    var scope: [ScopeArgument] = []

    @Option(help: ArgumentHelp("Whose token it is; admins only.", valueName: "user"))
    var user: String?

    @Option(
        help: ArgumentHelp(
            "Write the token to this file, readable by its owner only, and not to standard output.",
            valueName: "file"
        )
    )
    var output: String?

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        if let output { try SealedKeyFiles.requireAbsent(output) }
        let body = TokenRequest(
            name: name,
            expiresSeconds: expires.map { Int($0.seconds) },
            role: role?.value,
            user: user,
            scopes: scope.isEmpty ? nil : scope.map(\.value)
        )
        let request = APIRequest(.post, AdminPath.tokens, body: try APIClient.encode(body))
        let answer = try client.value(TokenCreated.self, request)
        if let output {
            let line = Array("\(answer.value.token)\n".utf8)
            try WholeFile.replace(output, with: line, mode: 0o600)
        } else {
            terminal.line(options.json ? Self.trimmed(answer.body) : answer.value.token)
        }
        terminal.note(
            "token \(answer.value.id) of \(answer.value.user), \(answer.value.role.rawValue)"
                + "\(Self.limits(answer.value.scopes)), until \(answer.value.expiresAt); it is not shown again"
        )
    }

    private static func limits(_ scopes: [AdminScope]?) -> String {
        scopes.map { " for " + $0.map(\.rawValue).joined(separator: ", ") } ?? ""
    }
}

/// A scope on the command line.
struct ScopeArgument: ExpressibleByArgument {
    let value: AdminScope

    init?(argument: String) {
        guard let value = AdminScope(rawValue: argument) else { return nil }
        self.value = value
    }

    static var allValueStrings: [String] { AdminScope.allCases.map(\.rawValue) }
}

/// `clawgress operator-token list`.
struct OperatorTokenList: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists your tokens; as an admin, everybody's.",
        discussion: """
            Example:
              clawgress operator-token list
            """
    )

    @OptionGroup var page: PageOptions
    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = page.request(AdminPath.tokens)
        try ask(client, request, as: Page<TokenSummary>.self, on: terminal) { answer in
            var table = TextTable("TOKEN", "NAME", "USER", "ROLE", "SCOPES", "ENDS", "LAST USED")
            for each in answer.items {
                table.add(
                    each.id,
                    each.name,
                    each.user,
                    each.role.rawValue,
                    each.scopes.map { $0.map(\.rawValue).joined(separator: " ") } ?? "all",
                    each.revokedAt.map { "revoked \($0)" } ?? each.expiresAt,
                    each.lastUsedAt ?? "never"
                )
            }
            for line in table.lines { terminal.line(line) }
            page.noteMore(answer.nextCursor, on: terminal)
        }
    }
}

/// `clawgress operator-token revoke ID`.
struct OperatorTokenRevoke: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Ends a token at once.",
        discussion: """
            Example:
              clawgress operator-token revoke 3k9x0a7c2m1q
            """
    )

    @Argument(help: ArgumentHelp("The token's id.", valueName: "id"))
    var id: String

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let path = "\(AdminPath.tokens)/\(APIRequest.encoded(id))"
        _ = try client.body(APIRequest(.delete, path))
        terminal.note("the token \(TerminalText.escaped(id)) is revoked")
    }
}

/// A role as an option: its word in the API.
struct RoleArgument: ExpressibleByArgument {
    let value: AdminRole

    static var allValueStrings: [String] { AdminRole.allCases.map(\.rawValue) }

    init?(argument: String) {
        guard let value = AdminRole(rawValue: argument) else { return nil }
        self.value = value
    }
}
