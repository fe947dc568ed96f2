// Which API keys there are.

import ArgumentParser
import ClawgressBundleSigning
import ClawgressModel

/// `clawgress key list`.
struct KeyList: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists all API keys with their state.",
        discussion: """
            Example:
              clawgress key list --source ./bundle
            """
    )

    @OptionGroup var options: KeySourceOptions

    func run(in context: CommandContext) throws {
        let folder = try BundleSource.load(options.source, now: context.now()).folder
        var table = TextTable("KEY", "AGENT", "STATE", "CREATED", "ENDS")
        for entry in try KeyFile.load(folder: folder).entries {
            table.add(
                entry.record.keyID,
                entry.agentID,
                state(entry.record, at: context.now()),
                Timestamp.text(entry.record.createdAt),
                entry.record.expiresAt.map { Timestamp.text($0) } ?? "never"
            )
        }
        for line in table.lines { context.terminal.line(line) }
    }

    private func state(_ record: APIKeyRecord, at now: Int64) -> String {
        if record.revokedAt != nil { return "revoked" }
        return record.isLive(at: now) ? "live" : "expired"
    }
}
