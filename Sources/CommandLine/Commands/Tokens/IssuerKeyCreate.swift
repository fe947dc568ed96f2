// A key pair for an issuer of tokens.

import ArgumentParser
import ClawgressJWS
import ClawgressJWSSigning

/// `clawgress token issuer-key create FILE`.
struct IssuerKeyCreate: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a key pair: FILE.sealed and FILE.pub.jwk.",
        discussion: """
            Example:
              clawgress token issuer-key create ./bundle/issuer

            Then name issuer.pub.jwk under `issuers:` in clawgress.yaml.
            """
    )

    @Argument(help: ArgumentHelp("The path without ending.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("EdDSA, ES256, RS256 or PS256.", valueName: "name"))
    var algorithm = IssuerAlgorithm(value: .edDSA)

    @OptionGroup var sealing: SealingOptions

    func run(in context: CommandContext) throws {
        let paths = (sealed: "\(file).sealed", publicKey: "\(file).pub.jwk")
        try SealedKeyFiles.requireAbsent(paths.sealed)
        let passphrase = try sealing.newPassphrase(for: paths.sealed, in: context)
        let key = try SigningKey.generate(algorithm.value)
        try SealedKeyFiles.write(
            key,
            sealedWith: passphrase,
            to: paths.sealed,
            publicPath: paths.publicKey
        )
        context.terminal.line("made \(paths.sealed) and \(paths.publicKey): \(key)")
    }
}

/// An algorithm as an option: the names of RFC 7518 and RFC 8037.
struct IssuerAlgorithm: ExpressibleByArgument {
    let value: SignatureAlgorithm

    static var allValueStrings: [String] { SignatureAlgorithm.allCases.map(\.rawValue) }

    init(value: SignatureAlgorithm) {
        self.value = value
    }

    init?(argument: String) {
        guard let value = SignatureAlgorithm(rawValue: argument) else { return nil }
        self.value = value
    }

    var defaultValueDescription: String { value.rawValue }
}
