// Where a passphrase comes from: a file, the service manager, or a person.

import ArgumentParser
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressJWSSigning
import ClawgressSealing

/// Options of every command that opens or seals a private key.
struct SealingOptions: ParsableArguments {
    /// The credential's name for `LoadCredential=` of systemd.
    static var credentialName: String { "clawgress-passphrase" }

    @Option(
        help: ArgumentHelp(
            "A file whose content is the passphrase.",
            discussion: """
                Without it: $CREDENTIALS_DIRECTORY/clawgress-passphrase, or a question on the \
                terminal.
                """,
            valueName: "file"
        )
    )
    var passphraseFile: String?

    /// The passphrase that opens an existing key.
    func passphrase(for name: String, in context: CommandContext) throws -> Passphrase {
        if let stored = try stored(in: context) { return try Passphrase(stored) }
        return try Passphrase(try ask("passphrase for `\(name)`: ", in: context))
    }

    /// A passphrase for a new key; a person types it twice.
    func newPassphrase(for name: String, in context: CommandContext) throws -> Passphrase {
        if let stored = try stored(in: context) { return try Passphrase(stored) }
        let first = try Passphrase(try ask("new passphrase for `\(name)`: ", in: context))
        let second = try ask("the same once more: ", in: context)
        guard try Passphrase(second) == first else {
            throw CommandFailure(.usage, "the two passphrases differ; nothing was written")
        }
        return first
    }

    /// Opens the sealed key at `path`.
    func openKey(_ path: String, in context: CommandContext) throws -> SigningKey {
        let sealed = try SealedKey(
            file: WholeFile.read(path, bytesMax: SealedKey.fileBytesMax)
        )
        return try sealed.open(with: try passphrase(for: path, in: context))
    }

    private func stored(in context: CommandContext) throws -> [UInt8]? {
        if let passphraseFile { return try WholeFile.read(passphraseFile, bytesMax: 4_096) }
        guard let folder = context.environment["CREDENTIALS_DIRECTORY"] else { return nil }
        return try WholeFile.readIfPresent("\(folder)/\(Self.credentialName)", bytesMax: 4_096)
    }

    private func ask(_ prompt: String, in context: CommandContext) throws -> [UInt8] {
        guard let askSecret = context.askSecret else {
            throw CommandFailure(
                .noInput,
                "no passphrase: give --passphrase-file FILE, set the systemd credential "
                    + "`\(Self.credentialName)`, or run this on a terminal"
            )
        }
        guard let answer = askSecret(prompt) else {
            throw CommandFailure(.noInput, "no passphrase was typed")
        }
        return answer
    }
}
