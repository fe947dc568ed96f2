// A new API key: shown once, kept as a digest.

import ArgumentParser
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressIdentity
import ClawgressModel

/// `clawgress key create AGENT`.
struct KeyCreate: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes an API key for an agent and shows it once.",
        discussion: """
            Examples:
              clawgress key create crawler --source ./bundle
              clawgress key create crawler --source ./bundle --expires 90d --output crawler.key

            Only a digest is kept. An agent can have two live keys at a time: make the new one, \
            deploy it, then revoke the old one.
            """
    )

    @Argument(help: ArgumentHelp("The agent's id.", valueName: "agent"))
    var agent: String

    @OptionGroup var options: KeySourceOptions

    @Option(
        help: ArgumentHelp("When the key ends, such as 90d; never if absent.", valueName: "span")
    )
    var expires: LifeSpan?

    @Option(
        help: ArgumentHelp(
            "Write the key to this file, readable by its owner only, and not to standard output.",
            valueName: "file"
        )
    )
    var output: String?

    func run(in context: CommandContext) throws {
        let source = try BundleSource.load(options.source, now: context.now())
        let known = source.snapshot.agents.map(\.agentID)
        guard known.contains(agent) else {
            let names = known.map { "`\($0)`" }.joined(separator: ", ")
            throw CommandFailure(
                .data,
                "undeclared agent `\(agent)`; declared are: \(names.isEmpty ? "none" : names)"
            )
        }
        if let output { try SealedKeyFiles.requireAbsent(output) }
        var generator = SystemRandomNumberGenerator()
        let key = APIKey.generate(using: &generator)
        let now = context.now()
        let record = key.record(createdAt: now, expiresAt: expires.map { now + $0.seconds })
        var file = try KeyFile.load(folder: source.folder)
        try file.add(record, for: agent, now: now)
        try file.save(folder: source.folder)
        if let output {
            try WholeFile.replace(output, with: Array("\(key.fullText)\n".utf8), mode: 0o600)
        } else {
            context.terminal.line(key.fullText)
        }
        report(key.keyID, record.expiresAt, on: context.terminal)
    }

    private func report(_ keyID: String, _ expiresAt: Int64?, on terminal: Terminal) {
        let end = expiresAt.map { "ends \(Timestamp.text($0))" } ?? "never ends"
        terminal.note("key \(keyID) of agent \(agent), \(end); it is not shown again")
        options.notePublication(on: terminal)
    }
}
