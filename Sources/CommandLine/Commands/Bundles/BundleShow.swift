// What is in a bundle, for people and for jq.

import ArgumentParser
import ClawgressBundle
import ClawgressBundleSigning
import ClawgressModel

/// `clawgress bundle show FILE`.
struct BundleShow: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows what is in a source, a built or a signed bundle.",
        discussion: """
            Examples:
              clawgress bundle show bundle.jws
              clawgress bundle show bundle.jws --json | jq '.policies[].policy_id'
              clawgress bundle show ./source --commands | clawgress load -

            The signature is not checked here; see clawgress bundle verify. --commands takes a \
            configuration from files to a control plane.
            """
    )

    @Flag(help: "Print the commands that make the same configuration on a control plane.")
    var commands = false

    @Flag(help: "Print the content as canonical JSON.")
    var json = false

    @Argument(help: ArgumentHelp("The bundle or source.", valueName: "file"))
    var file: String

    func validate() throws {
        if commands && json { throw ValidationError("give --commands or --json, not both") }
    }

    func run(in context: CommandContext) throws {
        let loaded = try SnapshotFile.load(file, now: context.now())
        context.terminal.warn(loaded.warnings)
        if commands {
            for line in SourceCommands.lines(for: loaded.snapshot) { context.terminal.line(line) }
        } else if json {
            let content = loaded.snapshot.canonicalJSON()
            context.terminal.line(String(decoding: content, as: UTF8.self))
        } else {
            try show(loaded, on: context.terminal)
        }
    }

    private func show(_ loaded: SnapshotFile, on terminal: Terminal) throws {
        let snapshot = loaded.snapshot
        switch loaded.origin {
        case .source: terminal.line("source, \(snapshot.contentRevision())")
        case .built: terminal.line("unsigned bundle, \(snapshot.revision)")
        case .signed(let keyID):
            terminal.line("signed bundle (signature not checked): \(snapshot.order)")
            terminal.line("revision: \(TerminalText.escaped(snapshot.revision))")
            terminal.line("issued:   \(Timestamp.text(snapshot.issuedAt))")
            terminal.line("key:      \(TerminalText.escaped(keyID ?? "none"))")
        }
        show("agents", agents(snapshot), on: terminal)
        show("policies, in the order in which they count", policies(snapshot), on: terminal)
        show("quotas", quotas(snapshot), on: terminal)
        if !snapshot.issuers.isEmpty {
            terminal.line()
            terminal.line("token issuers")
            for issuer in snapshot.issuers {
                terminal.line("  \(TerminalText.escaped(issuer.issuer)), \(issuer.keys.count) keys")
            }
        }
    }

    private func show(_ title: String, _ table: TextTable, on terminal: Terminal) {
        terminal.line()
        terminal.line(terminal.styled(title, .strong))
        for line in table.lines { terminal.line("  " + line) }
    }

    private func agents(_ snapshot: Snapshot) -> TextTable {
        var table = TextTable("AGENT", "TEAM", "PROJECT", "ENVIRONMENT", "STATUS", "KEYS")
        for agent in snapshot.agents {
            table.add(
                agent.agentID,
                agent.teamID,
                agent.projectID,
                agent.environment,
                agent.status.rawValue,
                "\(agent.keys.count { $0.revokedAt == nil })"
            )
        }
        return table
    }

    private func policies(_ snapshot: Snapshot) -> TextTable {
        var table = TextTable(
            "POLICY",
            "VERSION",
            "PRIORITY",
            "ACTION",
            "MODE",
            "TLS",
            "DESTINATION"
        )
        let ordered = snapshot.policies.sorted {
            ($0.priority, $0.action == .deny ? 0 : 1, $0.policyID)
                < ($1.priority, $1.action == .deny ? 0 : 1, $1.policyID)
        }
        for policy in ordered {
            table.add(
                policy.policyID,
                "\(policy.version)",
                "\(policy.priority)",
                policy.action.rawValue,
                policy.enabled ? policy.mode.rawValue : "disabled",
                tls(policy),
                policy.match.destination?.joined(separator: " ") ?? "any"
            )
        }
        return table
    }

    /// What must flow in the tunnels that a policy opens.
    private func tls(_ policy: Policy) -> String {
        guard policy.action == .allow else { return "-" }
        return policy.ech == .refuse ? "\(policy.tls.rawValue), no ech" : policy.tls.rawValue
    }

    private func quotas(_ snapshot: Snapshot) -> TextTable {
        var table = TextTable("AGENT", "PER SECOND", "PER MINUTE", "MODE")
        for quota in snapshot.quotas + (snapshot.defaultQuota.map { [$0] } ?? []) {
            table.add(
                quota.agentID ?? "(others)",
                quota.rpsLimit.map(String.init) ?? "-",
                quota.rpmLimit.map(String.init) ?? "-",
                quota.mode.rawValue
            )
        }
        return table
    }
}
