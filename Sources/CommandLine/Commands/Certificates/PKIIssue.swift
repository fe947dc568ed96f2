// A service's mesh folder: key, certificate, and whom to believe.

import ArgumentParser
import ClawgressBundleSigning
import ClawgressMesh
import ClawgressMeshSigning
import ClawgressSealing

/// `clawgress pki issue DIR SERVICE/NAME --to FOLDER`.
struct PKIIssue: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Makes the key and certificate of a service in its mesh folder.",
        discussion: """
            Examples:
              clawgress pki issue ./pki policy/policy --to ./policy/mesh --credential ./policy/pass
              clawgress pki issue ./pki admin-api/admin-api --to ./admin/mesh \\
                --credential ./admin/pass --dns admin.example.com --address 192.0.2.7

            The same command renews: a running service takes the new files by itself. Services \
            are policy, admin-api and gateway; gateways are better enrolled with a token. People \
            reach admin-api under the names given with --dns and --address; services reach each \
            other without any.
            """
    )

    @Argument(help: ArgumentHelp("The authority's folder.", valueName: "dir"))
    var folder: String

    @Argument(help: ArgumentHelp("Whose certificate.", valueName: "service/name"))
    var identity: IdentityArgument

    @Option(help: ArgumentHelp("The mesh folder to make or renew.", valueName: "folder"))
    var to: String

    @Option(
        help: ArgumentHelp(
            "The service's own credential: a file with the passphrase that seals the new key.",
            discussion: "Without it: a question on the terminal.",
            valueName: "file"
        )
    )
    var credential: String?

    @Option(help: ArgumentHelp("A further host name. May be repeated.", valueName: "name"))
    var dns: [String] = []

    @Option(help: ArgumentHelp("A further IP address. May be repeated.", valueName: "address"))
    var address: [String] = []

    @Option(help: ArgumentHelp("The certificate's life in days.", valueName: "number"))
    var days = 365

    @OptionGroup var sealing: SealingOptions

    func run(in context: CommandContext) throws {
        let names = try CertificateNames(hosts: dns, addresses: address)
        let authority = try AuthorityFolder(
            folder,
            passphrase: try sealing.passphrase(for: folder, in: context)
        )
        try authority.equip(
            to,
            for: identity.value,
            names: names,
            days: days,
            passphrase: try ownPassphrase(in: context),
            now: context.now()
        )
        let certificate = try MeshCertificate(path: "\(to)/\(MeshFiles.certificate)")
        let end = Timestamp.text(certificate.notAfter)
        context.terminal.line("made \(to): \(identity.value), ends \(end)")
        context.terminal.line(certificate.digest)
    }

    /// Never the authority's: a service that had that one could open the authority's key.
    private func ownPassphrase(in context: CommandContext) throws -> Passphrase {
        if let credential { return try Passphrase(credential: credential) }
        guard let askSecret = context.askSecret else {
            throw CommandFailure(
                .noInput,
                "no passphrase for the new key: give --credential FILE, or run this on a terminal"
            )
        }
        guard let answer = askSecret("new passphrase for `\(to)/\(MeshFiles.key)`: ") else {
            throw CommandFailure(.noInput, "no passphrase was typed")
        }
        return try Passphrase(answer)
    }
}

/// An identity as an argument: `gateway/gw-1`.
struct IdentityArgument: ExpressibleByArgument {
    let value: MeshIdentity

    init?(argument: String) {
        guard let value = MeshIdentity(argument) else { return nil }
        self.value = value
    }
}
