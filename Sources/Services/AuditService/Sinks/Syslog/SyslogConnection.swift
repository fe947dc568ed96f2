// One TLS connection to a syslog server: bytes go out, and nothing but its end comes back.

import ClawgressMesh
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// Why a connection cannot be used.
struct SyslogConnectionError: Error, CustomStringConvertible {
    let description: String
}

/// A connection.
final class SyslogConnection: Sendable {
    private let channel: any Channel
    private let watcher: SyslogWatcher

    private init(_ channel: any Channel, _ watcher: SyslogWatcher) {
        self.channel = channel
        self.watcher = watcher
    }

    /// Connects, and waits until the server has proved its name.
    static func open(
        _ address: MeshAddress,
        serverName: String,
        tls: NIOSSLContext,
        timeout: Int64
    ) async throws -> SyslogConnection {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let watcher = SyslogWatcher(handshake: loop.makePromise())
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.milliseconds(timeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // An address stands in no SNI, but the certificate is checked for it.
                    let isName = (try? SocketAddress(ipAddress: serverName, port: 0)) == nil
                    let handler = try NIOSSLClientHandler(
                        context: tls,
                        serverHostname: isName ? serverName : nil
                    )
                    try channel.pipeline.syncOperations.addHandlers([handler, watcher])
                }
            }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(
                host: address.host,
                port: Int(address.port)
            ).get()
        } catch {
            watcher.finish("\(error)")
            throw error
        }
        let connection = SyslogConnection(channel, watcher)
        do {
            try await connection.within(timeout, watcher.handshake.futureResult)
        } catch {
            connection.abandon()
            throw error
        }
        return connection
    }

    /// Why it ended; nil while it stands.
    var end: String? { watcher.end }

    /// Writes all bytes into the connection; the server's word that it has them does not exist.
    func write(_ bytes: [UInt8], timeout: Int64) async throws {
        let buffer = channel.allocator.buffer(bytes: bytes)
        try await within(timeout, channel.writeAndFlush(buffer))
    }

    /// Ends it in order.
    func close() async {
        try? await within(2_000, channel.close())
    }

    /// Ends it at once.
    func abandon() { channel.close(promise: nil) }

    /// Waits for something, and ends the connection when it takes too long or nobody waits.
    private func within(_ milliseconds: Int64, _ done: EventLoopFuture<Void>) async throws {
        let channel = channel
        let limit = channel.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
            channel.close(promise: nil)
        }
        defer { limit.cancel() }
        do {
            try await withTaskCancellationHandler {
                try await done.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            throw SyslogConnectionError(description: watcher.problem ?? "\(error)")
        }
    }
}

/// Sees the handshake and the end.
///
/// What a server sends is not looked at: RFC 5425 has it send nothing.
private final class SyslogWatcher: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private struct State {
        var end: String?
        var problem: String?
        var isShaken = false
    }

    let handshake: EventLoopPromise<Void>
    private let state = Mutex(State())

    init(handshake: EventLoopPromise<Void>) {
        self.handshake = handshake
    }

    var end: String? { state.withLock { $0.end } }
    var problem: String? { state.withLock { $0.problem } }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent, shake() { handshake.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        state.withLock { $0.problem = $0.problem ?? "\(error)" }
        // At once: an orderly end would wait for a server that may not answer.
        finish("\(error)")
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(problem ?? "the server closed it")
        context.fireChannelInactive()
    }

    /// Nothing more comes of it.
    func finish(_ reason: String) {
        state.withLock { $0.end = $0.end ?? reason }
        if shake() { handshake.fail(SyslogConnectionError(description: reason)) }
    }

    /// Whether the handshake is to be answered now: once.
    private func shake() -> Bool {
        state.withLock { state in
            defer { state.isShaken = true }
            return !state.isShaken
        }
    }
}
