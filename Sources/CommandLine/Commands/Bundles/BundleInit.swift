// The first command of a newcomer: everything that a first bundle needs, in one folder.

import ArgumentParser
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressJWS
import ClawgressJWSSigning
import Foundation

/// `clawgress bundle init DIR`.
struct BundleInit: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes a folder with a starter source and a new signing key.",
        discussion: """
            Examples:
              clawgress bundle init ./bundle
              clawgress bundle init /etc/clawgress/bundle --passphrase-file /run/secrets/pass

            The signing key is sealed with a passphrase and never plain on disk. Gateways need \
            only signing-key.pub.jwk and bundle.jws.
            """
    )

    @Argument(help: ArgumentHelp("The folder to make or fill.", valueName: "dir"))
    var folder: String

    @OptionGroup var sealing: SealingOptions

    func run(in context: CommandContext) throws {
        let source = "\(folder)/\(BundleSource.fileName)"
        let sealedKey = "\(folder)/\(SourceFolder.sealedKey)"
        let publicKey = "\(folder)/\(SourceFolder.publicKey)"
        for path in [source, sealedKey, publicKey] { try SealedKeyFiles.requireAbsent(path) }
        let passphrase = try sealing.newPassphrase(for: sealedKey, in: context)
        try makeFolder()
        let key = try SigningKey.generate(.edDSA)
        try SealedKeyFiles.write(
            key,
            sealedWith: passphrase,
            to: sealedKey,
            publicPath: publicKey
        )
        try KeyFile().save(folder: folder)
        try WholeFile.replace(source, with: Array(StarterSource.text.utf8))
        report(keyID: key.keyID, to: context.terminal)
    }

    private func makeFolder() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
        } catch {
            throw CommandFailure(.cannotCreate, "cannot make the folder `\(folder)`")
        }
    }

    private func report(keyID: String, to terminal: Terminal) {
        let place = TerminalText.shellWord(folder)
        terminal.line("made \(folder): a starter source and the signing key \(keyID)")
        terminal.line()
        terminal.line("next:")
        terminal.line("  clawgress key create crawler --source \(place)")
        terminal.line("  clawgress explain crawler CONNECT pypi.org:443 --bundle \(place)")
        terminal.line("  clawgress bundle publish \(place)")
    }
}
