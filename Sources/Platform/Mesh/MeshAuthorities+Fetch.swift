// The first contact of a gateway that knows nothing but a digest. Servers of the mesh send their
// authority's certificate along; here it is taken from the handshake if its digest is the one
// that a person copied, and everything after that is verified with it as usual.

import NIOCore
import NIOPosix
import NIOSSL

extension MeshAuthorities {
    /// Fetches the authority with the SHA-256 `digest` from a server of the mesh.
    ///
    /// Nothing is sent, and nothing but the digest is believed.
    ///
    /// - Parameters:
    ///   - digest: `sha256:` and 64 digits, as `clawgress pki show` prints it.
    ///   - seconds: how long it may take.
    /// - Throws: `MeshError`; `untrusted` if the server shows no such authority.
    public static func fetch(
        digest: String,
        from address: MeshAddress,
        seconds: Int64 = 5
    ) async throws(MeshError) -> MeshAuthorities {
        do {
            let shown = try await shownCertificates(address, .seconds(seconds))
            for certificate in shown {
                let der = try certificate.toDERBytes()
                guard MeshCertificate.digest(of: der) == digest else { continue }
                return MeshAuthorities(certificate, der: der)
            }
        } catch {
            throw .sorted(error)
        }
        throw .untrusted("the server shows no authority with the digest \(digest)")
    }

    /// The chain that the server shows; the handshake is then given up.
    private static func shownCertificates(
        _ address: MeshAddress,
        _ time: TimeAmount
    ) async throws -> [NIOSSLCertificate] {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        let context = try NIOSSLContext(configuration: tls)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let shown = loop.makePromise(of: [NIOSSLCertificate].self)
        let deadline = loop.scheduleTask(in: time) { shown.fail(MeshError.timedOut) }
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(time).channelInitializer {
            channel in
            channel.eventLoop.makeCompletedFuture {
                let tls = try NIOSSLClientHandler(
                    context: context,
                    serverHostname: nil,
                    customVerificationCallback: { certificates, verdict in
                        shown.succeed(certificates)
                        verdict.succeed(.failed)
                    }
                )
                try channel.pipeline.syncOperations.addHandler(tls)
                try channel.pipeline.syncOperations.addHandler(EndOfHandshake(shown))
            }
        }
        bootstrap.connect(host: address.host, port: Int(address.port)).cascadeFailure(to: shown)
        defer { deadline.cancel() }
        return try await shown.futureResult.get()
    }
}

/// Ends the wait when the connection ends first.
private final class EndOfHandshake: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let shown: EventLoopPromise<[NIOSSLCertificate]>

    init(_ shown: EventLoopPromise<[NIOSSLCertificate]>) {
        self.shown = shown
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        shown.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        shown.fail(MeshError.connectionClosed)
        context.fireChannelInactive()
    }
}
