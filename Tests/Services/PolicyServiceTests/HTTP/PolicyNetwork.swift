// The service on a real socket with real certificates, and clients with theirs.

import ClawgressContract
import ClawgressMesh
import ClawgressMeshSigning
import ClawgressPolicyService
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ServiceLifecycle

/// A mesh on the loopback interface with one policy service.
final class PolicyNetwork {
    let bench: PolicyBench
    let service: PolicyBench.Running
    let authority: AuthorityFolder
    let address: MeshAddress
    private let server: ServiceGroup
    private let serving: Task<Void, Never>
    private var clients: [MeshClient] = []

    static let policy = MeshIdentity(uri: "clawgress://policy/policy")
    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    init() async throws {
        bench = try PolicyBench()
        // Certificates are looked at by TLS, whose clock no test moves.
        bench.clock.advance(Self.now - bench.clock.now)
        service = try await bench.start()
        let passphrase = try PolicyBench.passphrase()
        authority = try AuthorityFolder.create(
            "\(bench.folder)/authority",
            passphrase: passphrase,
            days: 600,
            now: Self.now
        )
        let issuer = EnrolmentIssuer(folder: authority.path) { passphrase }
        let own = try Self.equip(authority, "policy", "policy/policy")
        let routes = PolicyRoutes(plane: service.plane, store: service.store, issuer: issuer)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, bound) = AsyncStream.makeStream(of: UInt16.self)
        let application = MeshServer(
            address: MeshAddress(host: "127.0.0.1", port: 0),
            folder: own,
            clientCertificates: .optional,
            now: { Int64(Date().timeIntervalSince1970) }
        ).application(
            routes.router(),
            logger: logger,
            onBound: { bound.yield($0) }
        )
        let server = Self.group(application, logger)
        self.server = server
        serving = Task { _ = try? await server.run() }
        var iterator = ports.makeAsyncIterator()
        address = MeshAddress(host: "127.0.0.1", port: await iterator.next() ?? 0)
    }

    private static func group(_ service: some Service, _ logger: Logger) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(services: [service], logger: logger)
        // For the answers that never end by themselves.
        configuration.maximumGracefulShutdownDuration = .seconds(1)
        return ServiceGroup(configuration: configuration)
    }

    /// Makes a mesh folder below the bench's folder.
    private static func equip(
        _ authority: AuthorityFolder,
        _ name: String,
        _ identity: String
    ) throws -> MeshFolder {
        let path = "\(authority.path)-\(name)"
        guard let identity = MeshIdentity(identity) else { throw CancellationError() }
        let passphrase = try PolicyBench.passphrase()
        try authority.equip(
            path,
            for: identity,
            days: 10,
            passphrase: passphrase,
            now: now
        )
        return try MeshFolder(path: path, passphrase: passphrase)
    }

    /// A client with a certificate from the authority.
    func client(_ name: String, _ identity: String) throws -> MeshClient {
        client(.folder(try Self.equip(authority, name, identity)))
    }

    func client(_ trust: MeshTrust) -> MeshClient {
        let client = MeshClient(
            trust,
            serverName: Self.policy?.dnsName,
            address: address
        )
        clients.append(client)
        return client
    }

    /// A client without a certificate.
    func stranger() -> MeshClient { client(.authorities(authority.authorities)) }

    /// Enrols a gateway with its own key, as `clawgress gateway enrol` does.
    func enrol(_ gatewayID: String, token: String) async throws -> (EnrolmentAnswer, MeshFolder) {
        guard let identity = MeshIdentity(.gateway, gatewayID) else { throw CancellationError() }
        let key = MeshKey()
        let request = EnrolmentRequest(
            token: token,
            gatewayID: gatewayID,
            csr: try key.request(for: identity)
        )
        let answer = try await stranger().send(
            MeshRequest(.post, PolicyPaths.enrol, body: try encode(request))
        )
        guard answer.status == 200 else {
            throw try JSONDecoder().decode(Problem.self, from: Data(answer.body))
        }
        let enrolled = try JSONDecoder().decode(EnrolmentAnswer.self, from: Data(answer.body))
        let path = "\(bench.folder)/gateway-\(gatewayID)-\(UUID().uuidString)"
        let passphrase = try PolicyBench.passphrase()
        try MeshFolderFiles.write(
            path,
            key: key,
            certificate: enrolled.certificate,
            authorities: enrolled.ca,
            identity: identity,
            passphrase: passphrase
        )
        return (enrolled, try MeshFolder(path: path, passphrase: passphrase))
    }

    /// Ends everything; to be awaited before the network goes.
    func stop() async throws {
        await service.plane.stopStreams()
        for client in clients { await client.shutdown() }
        // Not by cancelling: the library ends the process when a connection is dropped that it
        // has accepted and not begun with.
        await server.triggerGracefulShutdown()
        await serving.value
        try await service.stop()
    }
}

func encode(_ body: some Encodable) throws -> [UInt8] { Array(try JSONEncoder().encode(body)) }

func decode<Body: Decodable>(_ type: Body.Type, _ answer: MeshResponse) throws -> Body {
    try JSONDecoder().decode(type, from: Data(answer.body))
}
