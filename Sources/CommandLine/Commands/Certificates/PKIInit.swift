// A new certificate authority.

import ArgumentParser
import ClawgressBundleSigning
import ClawgressMeshSigning

/// `clawgress pki init DIR`.
struct PKIInit: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes a certificate authority: ca.pem and its sealed key.",
        discussion: """
            Examples:
              clawgress pki init /etc/clawgress/pki
              clawgress pki init ./pki --days 730 --passphrase-file ca-passphrase

            Whoever has the key and its passphrase can be every service and every gateway. \
            Keep both from the machines of agents.
            """
    )

    @Argument(help: ArgumentHelp("The folder to make or fill.", valueName: "dir"))
    var folder: String

    @Option(help: ArgumentHelp("The authority's life in days.", valueName: "number"))
    var days = 1_825

    @OptionGroup var sealing: SealingOptions

    func run(in context: CommandContext) throws {
        let authority = try AuthorityFolder.create(
            folder,
            passphrase: try sealing.newPassphrase(for: folder, in: context),
            days: days,
            now: context.now()
        ).authority
        let end = Timestamp.text(authority.notAfter)
        context.terminal.line("made \(folder): an authority that ends \(end)")
        context.terminal.line(authority.digest)
    }
}
