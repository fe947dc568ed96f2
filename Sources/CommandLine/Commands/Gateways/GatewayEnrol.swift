// How a machine becomes a gateway of a control plane. The key is made here and never leaves; the
// token is sent only to a server that proved to belong to the authority with the given digest.

import ArgumentParser
import ClawgressBytes
import ClawgressContract
import ClawgressMesh
import ClawgressMeshSigning
import ClawgressSealing
import NIOCore
import NIOPosix

/// `clawgress gateway enrol GATEWAY`.
struct GatewayEnrol: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrol",
        abstract: "Makes this machine a gateway: key, certificate and root key.",
        discussion: """
            Example:
              clawgress gateway enrol gw-2 --url policy.example.com:9444 --token-file token \\
                --ca-digest sha256:4f3c… --to /etc/clawgress/gateway \\
                --passphrase-file /run/credentials/clawgress-passphrase

            The token comes from clawgress gateway enrol-token, the digest from clawgress pki \
            show. The new key is sealed with the passphrase, which the gateway's setting \
            `credential` has to name as well. Nothing is overwritten.
            """
    )

    @Argument(help: ArgumentHelp("The gateway's id, as in its settings.", valueName: "gateway"))
    var gateway: String

    @Option(help: ArgumentHelp("The policy service's address.", valueName: "host:port"))
    var url: String

    @Option(help: ArgumentHelp("A file with the one-time token.", valueName: "file"))
    var tokenFile: String

    @Option(help: ArgumentHelp("The authority's digest: sha256:…", valueName: "digest"))
    var caDigest: String

    @Option(help: ArgumentHelp("The folder to fill.", valueName: "dir"))
    var to: String

    @OptionGroup var sealing: SealingOptions

    func run(in context: CommandContext) throws {
        let content = try WholeFile.read(tokenFile, bytesMax: 4_096)
        let token = String(decoding: content, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard token.count == 1 else {
            throw CommandFailure(.data, "`\(tokenFile)` does not hold one token")
        }
        let enrolment = try Enrolment(
            gateway: gateway,
            address: url,
            token: String(token[0]),
            authorityDigest: caDigest,
            folder: to
        )
        try enrolment.requireRoom()
        let passphrase = try sealing.newPassphrase(for: "\(to)/\(MeshFiles.key)", in: context)
        try enrolment.perform(passphrase, calling: context.callAPI)
        context.terminal.line("enrolled \(gateway); for its settings:")
        context.terminal.line(
            """
            control_plane:
              address: "\(url)"
              mesh_folder: \(to)
              root_key: \(to)/\(Enrolment.rootKeyName)
              credential: the file with the passphrase
            """
        )
    }
}

/// The exchange of a one-time token for a certificate.
struct Enrolment {
    /// The root key's file, beside those of the mesh folder.
    static var rootKeyName: String { "root-key.jwk" }

    private let identity: MeshIdentity
    private let server: MeshIdentity
    private let address: MeshAddress
    private let token: String
    private let authorityDigest: String
    private let folder: String

    init(
        gateway: String,
        address: String,
        token: String,
        authorityDigest: String,
        folder: String
    ) throws {
        guard let identity = MeshIdentity(.gateway, gateway),
            let server = MeshIdentity(.policy, "policy")
        else { throw CommandFailure(.usage, "`\(gateway)` is no gateway id") }
        guard let address = MeshAddress(address) else {
            throw CommandFailure(.usage, "`\(address)` is no address; write host:port")
        }
        let digits = authorityDigest.dropFirst("sha256:".count)
        guard authorityDigest.hasPrefix("sha256:"), digits.utf8.count == 64,
            digits.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else {
            throw CommandFailure(.usage, "the digest is `sha256:` and 64 digits of 0-9a-f")
        }
        self.identity = identity
        self.server = server
        self.address = address
        self.token = token
        self.authorityDigest = authorityDigest
        self.folder = folder
    }

    /// Refuses to go on if the folder holds something already: a key is not made twice.
    func requireRoom() throws {
        let names = [
            MeshFiles.authorities, MeshFiles.certificate, MeshFiles.key, Self.rootKeyName,
        ]
        for name in names { try SealedKeyFiles.requireAbsent("\(folder)/\(name)") }
    }

    /// Makes the key, asks for the certificate and fills the folder.
    func perform(
        _ passphrase: Passphrase,
        calling callAPI: (APIEndpoint, APIRequest) throws -> APIAnswer
    ) throws {
        let authority = try findAuthority()
        let key = MeshKey()
        let body = EnrolmentRequest(
            token: token,
            gatewayID: identity.name,
            csr: try key.request(for: identity)
        )
        var endpoint = APIEndpoint(
            url: "https://\(server.dnsName):\(address.port)",
            authority: Array(authority.pem.utf8),
            token: nil
        )
        endpoint.connectTo = address.host
        let request = APIRequest(.post, PolicyPaths.enrol, body: try APIClient.encode(body))
        let answer = try callAPI(endpoint, request)
        guard (200..<300).contains(answer.status) else { throw APIProblem(answer).failure }
        let granted = try APIClient.decode(EnrolmentAnswer.self, answer.body)
        // The certificate is written last: where it is, everything is.
        let rootKey = Array("\(granted.rootKey)\n".utf8)
        try Folder.create(folder)
        try WholeFile.replace("\(folder)/\(Self.rootKeyName)", with: rootKey)
        try MeshFolderFiles.write(
            folder,
            key: key,
            certificate: granted.certificate,
            authorities: granted.ca,
            identity: identity,
            passphrase: passphrase
        )
        // What was written must be what a gateway can open and believe.
        _ = try MeshFolder(path: folder, passphrase: passphrase)
    }

    /// The authority with the given digest, as the server shows it.
    private func findAuthority() throws -> MeshAuthorities {
        let (digest, address) = (authorityDigest, address)
        let found = MultiThreadedEventLoopGroup.singleton.next()
            .makePromise(of: MeshAuthorities.self)
        found.completeWithTask { try await MeshAuthorities.fetch(digest: digest, from: address) }
        do {
            return try found.futureResult.wait()
        } catch MeshError.untrusted(_) {
            throw CommandFailure(
                .noPermission,
                "the server at \(address) does not belong to the authority with that digest; "
                    + "nothing was sent to it"
            )
        } catch {
            throw CommandFailure(.unavailable, "cannot reach a server at \(address): \(error)")
        }
    }
}
