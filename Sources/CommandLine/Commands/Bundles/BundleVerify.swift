// What a gateway would say about a bundle.

import ArgumentParser
import ClawgressBundle
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressJWS
import ClawgressModel
import ClawgressSnapshotCheck

/// `clawgress bundle verify`.
struct BundleVerify: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks a signed bundle as a gateway does.",
        discussion: """
            Example:
              clawgress bundle verify --key signing-key.pub.jwk bundle.jws

            Exit code 0 if a gateway that trusts the key would take it, 65 if not.
            """
    )

    @Option(help: ArgumentHelp("The public key (JWK); may be repeated.", valueName: "file"))
    var key: [String]

    @Argument(help: ArgumentHelp("The signed bundle.", valueName: "bundle.jws"))
    var file: String

    func validate() throws {
        if key.isEmpty { throw ValidationError("give the public key with --key") }
    }

    func run(in context: CommandContext) throws {
        let keys = try key.map { path in
            let bytes = try WholeFile.read(path, bytesMax: SealedKey.fileBytesMax)
            return try VerificationKey(jwkText: String(decoding: bytes, as: UTF8.self))
        }
        let bytes = try WholeFile.read(file, bytesMax: SignedBundle.bytesMax)
        let snapshot = try SignedBundle.verify(bytes, trustedKeys: keys)
        let warnings = try SnapshotCheck.warnings(of: snapshot, now: context.now())
        context.terminal.warn(warnings)
        context.terminal.line("good: \(snapshot.order), \(snapshot.revision)")
        context.terminal.line("issued: \(Timestamp.text(snapshot.issuedAt))")
    }
}
