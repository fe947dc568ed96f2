// Who gets through to whom. Every refusal is one that TLS makes, over a real socket.

import ClawgressMesh
import ClawgressMeshSigning
import Foundation
import HTTPTypes
import Testing

@Suite("Trust in the mesh", .timeLimit(.minutes(2)))
struct MeshTrustTests {
    private let world: MeshWorld
    private let authority: AuthorityFolder
    private let server: MeshFolder

    init() throws {
        world = try MeshWorld()
        authority = try world.authority()
        server = try world.folder("server", MeshWorld.policy, by: authority)
    }

    /// Asks with `client` and expects TLS to refuse it, on whichever side.
    private func expectRefusal(
        _ address: MeshAddress,
        _ trust: MeshTrust,
        as service: MeshIdentity = MeshWorld.policy
    ) async {
        let error = await #expect(throws: MeshError.self) {
            try await ask(address, trust, as: service)
        }
        // A server's alert may be overtaken by the end of its connection.
        switch error {
        case .untrusted, .connectionClosed: break
        default: Issue.record("refused otherwise: \(String(describing: error))")
        }
    }

    @Test("a service is told which process asks it")
    func rightPeer() async throws {
        let client = try world.folder("client", MeshWorld.gateway, by: authority)
        let answer = try await serving(server) { try await ask($0, .folder(client)) }
        #expect(answer.status == 200)
        #expect(answer.text == "gateway/gw-1")
    }

    @Test("a client without a certificate is refused where one is required")
    func noCertificate() async throws {
        let trust = MeshTrust.authorities(server.authorities)
        try await serving(server) { await expectRefusal($0, trust) }
    }

    @Test("a client without a certificate is nobody where one is optional")
    func optionalCertificate() async throws {
        let client = try world.folder("client", MeshWorld.gateway, by: authority)
        let trust = MeshTrust.authorities(server.authorities)
        try await serving(server, clients: .optional) { (address: MeshAddress) async throws in
            #expect(try await ask(address, trust).text == "nobody")
            #expect(try await ask(address, .folder(client)).text == "gateway/gw-1")
        }
    }

    @Test(
        "a client of another authority is refused, also where certificates are optional",
        arguments: [ClientCertificates.required, .optional]
    )
    func foreignClient(clients: ClientCertificates) async throws {
        let other = try world.authority("other")
        let client = try world.folder("client", MeshWorld.gateway, by: other)
        try world.replaceAuthorities(in: "client", with: authority.authoritiesPEM)
        try await serving(server, clients: clients) { await expectRefusal($0, .folder(client)) }
    }

    @Test("a server of another authority is refused")
    func foreignServer() async throws {
        let other = try world.authority("other")
        let impostor = try world.folder("impostor", MeshWorld.policy, by: other)
        let trust = MeshTrust.authorities(server.authorities)
        try await serving(impostor, clients: .optional) { await expectRefusal($0, trust) }
    }

    @Test(
        "an expired client is refused, also where certificates are optional",
        arguments: [ClientCertificates.required, .optional]
    )
    func expiredClient(clients: ClientCertificates) async throws {
        let past = MeshWorld.now - 3 * 86_400
        let client = try world.folder(
            "client",
            MeshWorld.gateway,
            by: authority,
            days: 1,
            now: past
        )
        try await serving(server, clients: clients) { await expectRefusal($0, .folder(client)) }
    }

    @Test("an expired server is refused")
    func expiredServer() async throws {
        let past = MeshWorld.now - 3 * 86_400
        let expired = try world.folder(
            "expired",
            MeshWorld.policy,
            by: authority,
            days: 1,
            now: past
        )
        let trust = MeshTrust.authorities(server.authorities)
        try await serving(expired, clients: .optional) { await expectRefusal($0, trust) }
    }

    @Test("a server that is another service is refused, whatever further names it has")
    func wrongService() async throws {
        let names = try CertificateNames(hosts: ["localhost"], addresses: ["127.0.0.1"])
        let other = try world.folder(
            "other",
            MeshIdentity(.adminAPI, "admin-api")!,
            by: authority,
            names: names
        )
        let trust = MeshTrust.authorities(server.authorities)
        try await serving(other, clients: .optional) { await expectRefusal($0, trust) }
    }

    @Test("people reach a server under the address that its certificate names")
    func furtherNames() async throws {
        let names = try CertificateNames(hosts: ["localhost"], addresses: ["127.0.0.1"])
        let named = try world.folder("named", MeshWorld.policy, by: authority, names: names)
        let trust = MeshTrust.authorities(server.authorities)
        for (folder, isNamed) in [(named, true), (server, false)] {
            try await serving(folder, clients: .ignored) { (address: MeshAddress) async throws in
                let client = MeshClient(trust, serverName: nil, address: address)
                let answer = try? await client.send(MeshRequest(.get, "/who"))
                #expect((answer?.text == "nobody") == isNamed)
                await client.shutdown()
            }
        }
    }

    @Test("TLS before 1.3 is refused")
    func oldTLS() async throws {
        try world.replaceAuthorities(in: "server", with: authority.authoritiesPEM)
        let authorities = world.path("server/ca.pem")
        try await serving(server, clients: .optional) { (address: MeshAddress) async throws in
            let old = try openSSL(address, authorities, "-tls1_2")
            #expect(old.contains("alert protocol version"), "\(old)")
            let new = try openSSL(address, authorities, "-tls1_3")
            #expect(new.contains("Verify return code: 0 (ok)"), "\(new)")
        }
    }

    @Test("a gateway finds the authority whose digest it was told, and no other")
    func fetch() async throws {
        let digest = authority.authority.digest
        try await serving(server, clients: .optional) { (address: MeshAddress) async throws in
            let fetched = try await MeshAuthorities.fetch(digest: digest, from: address)
            #expect(fetched.digests == [digest])
            #expect(try await ask(address, .authorities(fetched)).text == "nobody")
            let other = "sha256:" + String(repeating: "0", count: 64)
            await #expect(throws: MeshError.self) {
                try await MeshAuthorities.fetch(digest: other, from: address)
            }
        }
    }
}

/// What `openssl s_client` says of a server.
private func openSSL(
    _ address: MeshAddress,
    _ authorities: String,
    _ version: String
) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
        "openssl", "s_client", "-connect", address.description, "-CAfile", authorities, version,
        "-servername", MeshWorld.policy.dnsName,
    ]
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
}
