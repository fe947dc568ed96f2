// A small mesh for one test: an authority, processes with folders, and a server on loopback.

import ClawgressMesh
import ClawgressMeshSigning
import ClawgressSealing
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Testing

/// An authority and what it equips, in a folder that goes away.
final class MeshWorld: Sendable {
    /// The time at which certificates are made, unless a test says otherwise.
    static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    static let policy = MeshIdentity(.policy, "policy")!
    static let gateway = MeshIdentity(.gateway, "gw-1")!

    let root: String
    let passphrase: Passphrase

    init() throws {
        root = NSTemporaryDirectory() + "clawgress-mesh-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        passphrase = try Passphrase(Array("correct horse".utf8))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    /// An authority in a folder of that name.
    func authority(_ name: String = "authority") throws -> AuthorityFolder {
        try AuthorityFolder.create(
            path(name),
            passphrase: passphrase,
            days: 365,
            now: Self.now,
            cost: SealedBytes.Cost(rounds: 16, blockSize: 8, parallelism: 1)
        )
    }

    /// Writes the mesh folder `name`, and opens it.
    func folder(
        _ name: String,
        _ identity: MeshIdentity,
        by authority: AuthorityFolder,
        names: CertificateNames = CertificateNames(),
        days: Int = 30,
        now: Int64 = MeshWorld.now
    ) throws -> MeshFolder {
        try authority.equip(
            path(name),
            for: identity,
            names: names,
            days: days,
            passphrase: passphrase,
            now: now
        )
        return try MeshFolder(path: path(name), passphrase: passphrase)
    }

    /// Replaces what the mesh folder `name` believes.
    func replaceAuthorities(in name: String, with pem: String) throws {
        try MeshFolderFiles.replaceAuthorities(in: path(name), with: pem)
    }
}

/// Runs a server of the mesh while `body` asks it.
func serving<Answer: Sendable>(
    _ folder: MeshFolder,
    clients: ClientCertificates = .required,
    limits: MeshServer.Limits = MeshServer.Limits(),
    now: @escaping @Sendable () -> Int64 = { MeshWorld.now },
    _ body: @escaping @Sendable (MeshAddress) async throws -> Answer
) async throws -> Answer {
    let server = MeshServer(
        address: MeshAddress(host: "127.0.0.1", port: 0),
        folder: folder,
        clientCertificates: clients,
        limits: limits,
        now: now
    )
    var logger = Logger(label: "mesh")
    logger.logLevel = .critical
    let (ports, bound) = AsyncStream.makeStream(of: UInt16.self)
    let application = server.application(router(), logger: logger) { bound.yield($0) }
    var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
    // For the answers that never end by themselves.
    configuration.maximumGracefulShutdownDuration = .seconds(1)
    let services = ServiceGroup(configuration: configuration)
    return try await withTaskGroup(of: Void.self) { group in
        group.addTask {
            // Answers that had to be cancelled are no failure of the test.
            try? await services.run()
            bound.finish()
        }
        let answer: Result<Answer, any Error>
        do {
            var waiting = ports.makeAsyncIterator()
            let first = await waiting.next()
            let port = try #require(first, "the server did not start")
            answer = .success(try await body(MeshAddress(host: "127.0.0.1", port: port)))
        } catch {
            answer = .failure(error)
        }
        // Not by cancelling at once: the library ends the process when a connection is dropped
        // that it has accepted and not begun with.
        await services.triggerGracefulShutdown()
        await group.waitForAll()
        return answer
    }.get()
}

/// Tells who asks, echoes, and sends lines.
private func router() -> Router<MeshRequestContext> {
    let router = Router(context: MeshRequestContext.self)
    router.get("who") { _, context in context.peer?.description ?? "nobody" }
    router.get("digest") { _, context in context.peerCertificate?.digest ?? "none" }
    router.post("echo") { request, _ in
        Response(status: .ok, body: ResponseBody(asyncSequence: request.body))
    }
    router.get("lines") { request, _ in
        let text = request.uri.queryParameters["text"].map { String($0) } ?? ""
        return Response(
            status: .ok,
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: text))
                try await writer.finish(nil)
            }
        )
    }
    // Never answers, or answers and then never goes on.
    router.get("silence") { _, _ -> Response in
        await untilCancelled()
        throw HTTPError(.serviceUnavailable)
    }
    router.get("endless") { _, _ in
        Response(
            status: .ok,
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "first\n"))
                await untilCancelled()
            }
        )
    }
    return router
}

/// Waits until its task is cancelled.
private func untilCancelled() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    for await _ in stream {}
    continuation.finish()
}

/// Asks once, with a client of its own.
func ask(
    _ address: MeshAddress,
    _ trust: MeshTrust,
    as service: MeshIdentity = MeshWorld.policy,
    limits: MeshClient.Limits = MeshClient.Limits(),
    _ request: MeshRequest = MeshRequest(.get, "/who"),
    seconds: Double = 20
) async throws -> MeshResponse {
    let client = MeshClient(trust, service: service, address: address, limits: limits)
    do {
        let answer = try await client.send(request, seconds: seconds)
        await client.shutdown()
        return answer
    } catch {
        await client.shutdown()
        throw error
    }
}

extension MeshStream.Iterator {
    /// How reading the next line fails; nil if it does not.
    mutating func failure() async -> MeshError? {
        do throws(MeshError) {
            _ = try await next()
            return nil
        } catch {
            return error
        }
    }
}

extension MeshResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
