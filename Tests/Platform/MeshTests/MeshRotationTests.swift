// New certificates and new authorities while everything runs.

import ClawgressBytes
import ClawgressMesh
import ClawgressMeshSigning
import Foundation
import HTTPTypes
import Testing

@Suite("Replacing certificates", .timeLimit(.minutes(2)))
struct MeshRotationTests {
    private let world: MeshWorld

    init() throws {
        world = try MeshWorld()
    }

    @Test("a client's new certificate is used without a restart")
    func clientReloads() async throws {
        let authority = try world.authority()
        let server = try world.folder("server", MeshWorld.policy, by: authority)
        let folder = try world.folder("client", MeshWorld.gateway, by: authority)
        try await serving(server) { (address: MeshAddress) async throws in
            let client = MeshClient(.folder(folder), service: MeshWorld.policy, address: address)
            let first = try await client.send(MeshRequest(.get, "/digest")).text
            #expect(first == folder.certificate.digest)
            _ = try world.folder("client", MeshWorld.gateway, by: authority)
            let second = try await client.send(MeshRequest(.get, "/digest")).text
            #expect(second != first)
            #expect(second == folder.certificate.digest)
            await client.shutdown()
        }
    }

    @Test("a server's new certificate is shown without a restart")
    func serverReloads() async throws {
        let old = try world.authority("old")
        let new = try world.authority("new")
        let folder = try world.folder("server", MeshWorld.policy, by: old)
        let believesOld = MeshTrust.authorities(folder.authorities)
        try await serving(folder, clients: .optional) { (address: MeshAddress) async throws in
            #expect(try await ask(address, believesOld).status == 200)
            let replaced = try world.folder("server", MeshWorld.policy, by: new)
            let believesNew = MeshTrust.authorities(replaced.authorities)
            #expect(try await ask(address, believesNew).status == 200)
            await #expect(throws: MeshError.self) { try await ask(address, believesOld) }
        }
    }

    @Test("both authorities are believed during a rotation, and only the new one after it")
    func rotation() async throws {
        var authority = try world.authority()
        let server = try world.folder("server", MeshWorld.policy, by: authority)
        let old = try world.folder("old", MeshWorld.gateway, by: authority)
        try await serving(server) { (address: MeshAddress) async throws in
            #expect(try await ask(address, .folder(old)).status == 200)
        }
        try authority.rotate(days: 365, now: MeshWorld.now)
        for name in ["server", "old"] {
            try world.replaceAuthorities(in: name, with: authority.authoritiesPEM)
        }
        let new = try world.folder("new", MeshWorld.gateway, by: authority)
        // The server still has its old certificate, and then a new one.
        for round in 0..<2 {
            try await serving(server) { (address: MeshAddress) async throws in
                #expect(try await ask(address, .folder(old)).status == 200, "round \(round)")
                #expect(try await ask(address, .folder(new)).status == 200, "round \(round)")
            }
            _ = try world.folder("server", MeshWorld.policy, by: authority)
        }
        try authority.finishRotation()
        try world.replaceAuthorities(in: "server", with: authority.authoritiesPEM)
        try await serving(server) { (address: MeshAddress) async throws in
            #expect(try await ask(address, .folder(new)).status == 200)
            await #expect(throws: MeshError.self) { try await ask(address, .folder(old)) }
        }
    }

    @Test("files that are no good are not used, and it is said why")
    func badReplacement() async throws {
        let authority = try world.authority()
        let server = try world.folder("server", MeshWorld.policy, by: authority)
        let folder = try world.folder("client", MeshWorld.gateway, by: authority)
        let first = folder.certificate.digest
        #expect(folder.problem == nil)

        let other = try world.folder("other", MeshWorld.gateway, by: authority)
        let certificate = try WholeFile.read(
            "\(other.path)/\(MeshFiles.certificate)",
            bytesMax: 65_536
        )
        // Another key's certificate, and then nothing that is one.
        for content in [certificate, Array("nothing\n".utf8)] {
            try WholeFile.replace("\(folder.path)/\(MeshFiles.certificate)", with: content)
            #expect(folder.problem != nil)
            #expect(folder.certificate.digest == first)
        }
        try await serving(server) { (address: MeshAddress) async throws in
            #expect(try await ask(address, .folder(folder)).text == "gateway/gw-1")
        }
        _ = try world.folder("client", MeshWorld.gateway, by: authority)
        #expect(folder.problem == nil)
        #expect(folder.certificate.digest != first)
    }

    private static func always(_ time: Int64) -> @Sendable () -> Int64 {
        { time }
    }

    @Test("a connection ends with its client's certificate")
    func expiry() async throws {
        let authority = try world.authority()
        let server = try world.folder("server", MeshWorld.policy, by: authority)
        let folder = try world.folder("client", MeshWorld.gateway, by: authority)
        // A busy machine may need longer than a second to send the first line; then it gets more.
        for seconds: Int64 in [1, 5, 25, 125] {
            let now = Self.always(folder.certificate.notAfter - seconds)
            if try await endsAfterItsFirstLine(server, folder, now: now) { return }
        }
        Issue.record("no connection came to its first line")
    }

    /// Whether a connection brought a line, and then ended; false if it ended before that.
    private func endsAfterItsFirstLine(
        _ server: MeshFolder,
        _ folder: MeshFolder,
        now: @escaping @Sendable () -> Int64
    ) async throws -> Bool {
        try await serving(server, now: now) { (address: MeshAddress) async throws -> Bool in
            let client = MeshClient(.folder(folder), service: MeshWorld.policy, address: address)
            let first: [UInt8]?
            let end: MeshError?
            do {
                let stream = try await client.lines(MeshRequest(.get, "/endless"))
                var lines = stream.makeAsyncIterator()
                first = try await lines.next()
                end = await lines.failure()
            } catch MeshError.connectionClosed {
                (first, end) = (nil, nil)
            }
            await client.shutdown()
            guard let first else { return false }
            #expect(first == Array("first".utf8))
            #expect(end == .connectionClosed)
            return true
        }
    }
}
