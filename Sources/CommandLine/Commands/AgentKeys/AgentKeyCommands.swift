// Agents' API keys on a control plane. `clawgress key` is the same for source folders, offline.

import ArgumentParser
import ClawgressBytes
import ClawgressContract

/// `clawgress agent-key`.
struct AgentKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent-key",
        abstract: "Makes, revokes and lists agents' API keys on a control plane.",
        discussion: "For a source folder without a control plane: clawgress key.",
        subcommands: [AgentKeyCreate.self, AgentKeyRevoke.self, AgentKeyList.self]
    )

    static func path(_ agent: String) -> String {
        "\(AdminPath.agents)/\(APIRequest.encoded(agent))/keys"
    }
}

/// `clawgress agent-key create AGENT`.
struct AgentKeyCreate: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes an API key for an agent and shows it once.",
        discussion: """
            Examples:
              clawgress agent-key create crawler --commit
              clawgress agent-key create crawler --expires 90d --output crawler.key --commit

            Without --commit the key's digest goes to your candidate, and the key holds once that \
            is committed.
            """
    )

    @Argument(help: ArgumentHelp("The agent's id.", valueName: "agent"))
    var agent: String

    @Option(
        help: ArgumentHelp("When the key ends, such as 90d; never if absent.", valueName: "span")
    )
    var expires: LifeSpan?

    @Flag(help: "Put it into force at once.")
    var commit = false

    @Option(
        help: ArgumentHelp(
            "Write the key to this file, readable by its owner only, and not to standard output.",
            valueName: "file"
        )
    )
    var output: String?

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        if let output { try SealedKeyFiles.requireAbsent(output) }
        let request = APIRequest(
            .post,
            AgentKeyCommand.path(agent),
            query: [("commit", commit ? "true" : nil)],
            body: try APIClient.encode(
                KeyRequest(expiresSeconds: expires.map { Int($0.seconds) })
            )
        )
        let answer = try client.value(KeyCreated.self, request)
        if let output {
            let line = Array("\(answer.value.key)\n".utf8)
            try WholeFile.replace(output, with: line, mode: 0o600)
        } else {
            terminal.line(options.json ? Self.trimmed(answer.body) : answer.value.key)
        }
        let end = answer.value.expiresAt.map { "ends \($0)" } ?? "never ends"
        terminal.note(
            "key \(answer.value.keyID) of agent \(answer.value.agentID), \(end); it is not shown "
                + "again"
        )
        if answer.value.commit == nil {
            terminal.note("it holds once committed: clawgress configure, clawgress commit")
        }
    }
}

/// `clawgress agent-key revoke AGENT KEYID`.
struct AgentKeyRevoke: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revokes an API key for good, on all gateways at once.",
        discussion: """
            Examples:
              clawgress agent-key revoke crawler 3k9x0a7c2m1q
              clawgress agent-key revoke crawler 3k9x0a7c2m1q --exclude gw-2

            It is committed by itself, without what else your candidate holds. A commit that \
            waits for its confirmation is taken back by it. --exclude goes on without a gateway \
            that cannot take it; only admins may.
            """
    )

    @Argument(help: ArgumentHelp("The agent's id.", valueName: "agent"))
    var agent: String

    @Argument(help: ArgumentHelp("The key's id.", valueName: "keyid"))
    var keyID: String

    @Option(help: ArgumentHelp("Go on without this gateway; repeatable.", valueName: "gateway"))
    var exclude: [String] = []

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = APIRequest(
            .delete,
            "\(AgentKeyCommand.path(agent))/\(APIRequest.encoded(keyID))",
            query: [
                ("exclude_gateways", exclude.isEmpty ? nil : exclude.joined(separator: ","))
            ]
        )
        try ask(client, request, as: KeyRevoked.self, on: terminal) {
            terminal.note(TerminalText.escaped("revoked \(keyID) of agent \(agent)"))
            CommitText.noteReverted($0.commit, on: terminal)
        }
    }
}

/// `clawgress agent-key list AGENT`.
struct AgentKeyList: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists an agent's API keys.",
        discussion: """
            Example:
              clawgress agent-key list crawler
            """
    )

    @Argument(help: ArgumentHelp("The agent's id.", valueName: "agent"))
    var agent: String

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = APIRequest(.get, AgentKeyCommand.path(agent))
        try ask(client, request, as: Page<KeySummary>.self, on: terminal) { answer in
            var table = TextTable("KEY", "CREATED", "ENDS")
            for each in answer.items {
                table.add(
                    each.keyID,
                    each.createdAt ?? "-",
                    each.revokedAt.map { "revoked \($0)" } ?? each.expiresAt ?? "never"
                )
            }
            for line in table.lines { terminal.line(line) }
        }
    }
}
