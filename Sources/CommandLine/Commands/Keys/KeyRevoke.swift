// The end of an API key.

import ArgumentParser
import ClawgressBundleSigning

/// `clawgress key revoke KEYID`.
struct KeyRevoke: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revokes an API key for good.",
        discussion: """
            Example:
              clawgress key revoke 3k9x0a7c2m1q --source ./bundle
            """
    )

    @Argument(help: ArgumentHelp("The key's id, see clawgress key list.", valueName: "keyid"))
    var keyID: String

    @OptionGroup var options: KeySourceOptions

    func run(in context: CommandContext) throws {
        let folder = try BundleSource.load(options.source, now: context.now()).folder
        var file = try KeyFile.load(folder: folder)
        let agent = try file.revoke(keyID, now: context.now())
        try file.save(folder: folder)
        context.terminal.line("revoked \(keyID) of agent \(agent)")
        options.notePublication(on: context.terminal)
    }
}
