// What a peer that means harm, or is broken, can make the other side keep: never more than the
// limits say.

import ClawgressMesh
import ClawgressMeshSigning
import HTTPTypes
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@Suite("Limits of the mesh", .timeLimit(.minutes(2)))
struct MeshLimitsTests {
    private let world: MeshWorld
    private let authority: AuthorityFolder
    private let server: MeshFolder
    private let trust: MeshTrust

    init() throws {
        world = try MeshWorld()
        authority = try world.authority()
        server = try world.folder("server", MeshWorld.policy, by: authority)
        trust = .authorities(server.authorities)
    }

    @Test("bodies arrive whole in both directions")
    func bodies() async throws {
        let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let answer = try await serving(server, clients: .optional) { [trust] in
            try await ask($0, trust, MeshRequest(.post, "/echo", body: body))
        }
        #expect(answer.body == body)
    }

    @Test("an answer that is too long is given up")
    func longBody() async throws {
        var limits = MeshClient.Limits()
        limits.bodyBytesMax = 1_000
        let request: @Sendable (Int) -> MeshRequest = { count in
            MeshRequest(.post, "/echo", body: [UInt8](repeating: 1, count: count))
        }
        try await serving(server, clients: .optional) {
            [limits, trust] (address: MeshAddress) async throws in
            let answer = try await ask(address, trust, limits: limits, request(1_000))
            #expect(answer.body.count == 1_000)
            await #expect(throws: MeshError.tooLong(limit: 1_000)) {
                try await ask(address, trust, limits: limits, request(1_001))
            }
        }
    }

    /// The lines that a client reads of `text`.
    private func lines(of text: String, max: Int) async throws -> [String] {
        var limits = MeshClient.Limits()
        limits.lineBytesMax = max
        return try await serving(server, clients: .optional) {
            [limits, trust] (address: MeshAddress) async throws in
            let client = MeshClient(
                trust,
                service: MeshWorld.policy,
                address: address,
                limits: limits
            )
            var read: [String] = []
            do {
                let stream = try await client.lines(MeshRequest(.get, "/lines?text=\(text)"))
                for try await line in stream { read.append(String(decoding: line, as: UTF8.self)) }
            } catch {
                await client.shutdown()
                throw error
            }
            await client.shutdown()
            return read
        }
    }

    @Test("a stream is cut into its lines")
    func lines() async throws {
        #expect(try await lines(of: "a%0Abc%0A%0Adef%0A", max: 3) == ["a", "bc", "", "def"])
    }

    @Test("a line that was not ended is none")
    func unendedLine() async throws {
        await #expect(throws: MeshError.connectionClosed) {
            try await lines(of: "a%0Abc", max: 10)
        }
    }

    @Test("a line that is too long is given up, also before its end has come")
    func longLine() async {
        for text in ["abcd%0A", "a%0Abcde", "abcdefgh"] {
            await #expect(throws: MeshError.tooLong(limit: 3), "\(text)") {
                try await lines(of: text, max: 3)
            }
        }
    }

    @Test("a server that does not answer is waited for no longer than allowed")
    func silence() async throws {
        var limits = MeshClient.Limits()
        limits.readSeconds = 1
        var patience = MeshServer.Limits()
        patience.strangerSeconds = 60
        try await serving(server, clients: .optional, limits: patience) {
            [limits, trust] (address: MeshAddress) async throws in
            let request = MeshRequest(.get, "/silence")
            await #expect(throws: MeshError.timedOut) {
                try await ask(address, trust, limits: limits, request)
            }
            await #expect(throws: MeshError.timedOut) {
                try await ask(address, trust, request, seconds: 0.5)
            }
            // The first line has to come in time on a busy machine, too.
            var patient = limits
            patient.readSeconds = 10
            let client = MeshClient(
                trust,
                service: MeshWorld.policy,
                address: address,
                limits: patient
            )
            var stream = try await client.lines(MeshRequest(.get, "/endless")).makeAsyncIterator()
            let first = try await stream.next()
            #expect(first == Array("first".utf8))
            let end = await stream.failure()
            #expect(end == .timedOut)
            await client.shutdown()
        }
    }

    @Test("nobody listening is said at once")
    func unreachable() async throws {
        let address = try await serving(server) { $0 }
        let error = await #expect(throws: MeshError.self) {
            try await ask(address, trust)
        }
        guard case .unreachable = error else {
            Issue.record("failed otherwise: \(String(describing: error))")
            return
        }
    }

    /// A client that goes on using its connection.
    private func who(_ client: MeshClient) async throws -> String {
        try await client.send(MeshRequest(.get, "/who"), seconds: 20).text
    }

    @Test("strangers of one source have few places, and those with a certificate all the others")
    func strangers() async throws {
        var limits = MeshServer.Limits(connectionsMax: 64)
        #expect((limits.strangersMax, limits.strangersOfSourceMax) == (16, 4))
        #expect(limits.ofPeerMax == 8)
        limits.handshakeSeconds = 60
        let known = MeshTrust.folder(try world.folder("client", MeshWorld.gateway, by: authority))
        try await serving(server, clients: .optional, limits: limits) {
            [self, trust, limits] (address: MeshAddress) async throws in
            // More than the strangers' places, at the same time.
            var clients: [MeshClient] = []
            for _ in 0..<6 {
                clients.append(MeshClient(known, service: MeshWorld.policy, address: address))
            }
            for client in clients { #expect(try await who(client) == "gateway/gw-1") }
            let (closed, close) = AsyncStream.makeStream(of: Void.self)
            var strangers: [any Channel] = []
            for _ in 0..<12 {
                let stranger = try await ClientBootstrap(
                    group: MultiThreadedEventLoopGroup.singleton
                ).connect(host: address.host, port: Int(address.port)).get()
                stranger.closeFuture.whenComplete { _ in close.yield() }
                strangers.append(stranger)
            }
            var closing = closed.makeAsyncIterator()
            for _ in 0..<8 { await closing.next() }
            // None of them keeps a newcomer out, whether it proves a certificate or none.
            #expect(try await ask(address, trust).text == "nobody")
            #expect(try await ask(address, known).text == "gateway/gw-1")
            for client in clients { #expect(try await who(client) == "gateway/gw-1") }
            for stranger in strangers where stranger.isActive { try await stranger.close() }
            // One process has places of its own, too.
            for _ in clients.count..<limits.ofPeerMax {
                clients.append(MeshClient(known, service: MeshWorld.policy, address: address))
                #expect(try await who(clients[clients.count - 1]) == "gateway/gw-1")
            }
            await #expect(throws: MeshError.self) { try await ask(address, known) }
            for client in clients { await client.shutdown() }
            while (try? await ask(address, known).text) != "gateway/gw-1" {}
        }
    }

    @Test("files that may be open are left for the disk, and too few are refused")
    func budget() throws {
        #expect(throws: TooFewOpenFiles.self) { try OpenFileBudget(limit: 255) }
        let cases: [(limit: Int, reserve: Int, whole: Int, parts: [Int])] = [
            (256, 128, 128, [96, 32]), (1_024, 256, 768, [576, 192]),
            (65_536, 16_384, 4_096, [4_096, 4_096]),
        ]
        for (limit, reserve, whole, parts) in cases {
            let budget = try OpenFileBudget(limit: limit)
            #expect(budget.reserve == reserve && budget.connections() == whole)
            #expect([6, 2].map { budget.connections(eighths: $0) } == parts)
            #expect(parts.reduce(reserve, +) <= limit)
        }
    }

    /// A connection whose handshake succeeds and which then says nothing.
    private func idle(_ address: MeshAddress) async throws -> any Channel {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        let context = try NIOSSLContext(configuration: tls)
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: address.host, port: Int(address.port)).get()
    }

    @Test("who has proved no certificate is sent away after its time, but not within an answer")
    func strangersTime() async throws {
        var limits = MeshServer.Limits()
        // Long enough for a busy machine to have begun the answer, and both short of the client's patience.
        limits.strangerSeconds = 4
        limits.idleSeconds = 3
        let known = MeshTrust.folder(try world.folder("client", MeshWorld.gateway, by: authority))
        try await serving(server, clients: .optional, limits: limits) {
            [self, trust] (address: MeshAddress) async throws in
            let service = MeshWorld.policy
            let peer = MeshClient(known, service: service, address: address)
            let stranger = MeshClient(trust, service: service, address: address)
            let request = MeshRequest(.get, "/endless")
            var theirs = try await peer.lines(request).makeAsyncIterator()
            let begun = ContinuousClock.now
            var lines = try await stranger.lines(request).makeAsyncIterator()
            try await idle(address).closeFuture.get()
            let first = try await lines.next()
            #expect(first == Array("first".utf8))
            let end = await lines.failure()
            #expect(end == .connectionClosed && ContinuousClock.now - begun >= .seconds(7))
            // It began earlier, and ends because nothing more comes.
            _ = try await theirs.next()
            let patience = await theirs.failure()
            #expect(patience == .timedOut)
            await peer.shutdown()
            await stranger.shutdown()
        }
    }

    @Test("a connection whose handshake does not get on is closed")
    func silentClient() async throws {
        var limits = MeshServer.Limits()
        limits.handshakeSeconds = 1
        try await serving(server, limits: limits) { (address: MeshAddress) async throws in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: address.host, port: Int(address.port)).get()
            try await channel.closeFuture.get()
        }
    }
}
