// One accepted connection: TLS with the certificates of now, then HTTP/1.1, with the peer's
// certificate beside the requests.

import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// Sets connections of a mesh server up.
struct MeshChannel: ServerChildChannel {
    /// A connection that is set up.
    struct Value: ServerChildChannelValue {
        let http: HTTP1Channel.Value
        let state: MeshConnectionState
        let isWelcome: Bool
        var channel: any Channel { http.channel }
    }

    let http: HTTP1Channel
    let contexts: ServerContexts
    let strangers: StrangerDoor
    let peers: ConnectionCount
    let times: Times
    let now: @Sendable () -> Int64

    /// How long connections may last.
    struct Times: Sendable {
        /// Until the handshake is complete.
        let handshake: TimeAmount
        /// A stranger's after the handshake; nil for as long as it likes.
        let stranger: TimeAmount?
        /// While too little of an answer is taken, and while a stranger is answered whose time is over.
        let answer: TimeAmount
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let state = MeshConnectionState()
        let place = strangers.enter(channel, logger)
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(NIOSSLServerHandler(context: contexts.current(logger)))
            try pipeline.addHandler(
                PeerHandler(
                    state: state,
                    place: place,
                    peers: peers,
                    times: times,
                    now: now,
                    logger: logger
                )
            )
            try pipeline.addHandler(StallHandler(stallMax: times.answer))
        }.flatMap {
            http.setup(channel: channel, logger: logger)
        }.map { Value(http: $0, state: state, isWelcome: place != nil) }
    }

    func handle(value: Value, logger: Logger) async {
        // What was accepted has to be handled to its end, also if that is now.
        if !value.isWelcome {
            let channel = value.channel
            channel.eventLoop.execute { channel.closeAtOnce() }
        }
        await MeshPeer.$connection.withValue(value.state) {
            await http.handle(value: value.http, logger: logger)
        }
    }
}

/// The TLS context for new connections, made anew when the folder's files were replaced.
final class ServerContexts: Sendable {
    private let folder: MeshFolder
    private let clients: ClientCertificates
    private let kept: Mutex<Kept> = Mutex(Kept())

    private struct Kept {
        var generation = 0
        var context: NIOSSLContext?
        var problem: MeshError?
    }

    init(folder: MeshFolder, clients: ClientCertificates) {
        self.folder = folder
        self.clients = clients
    }

    func current(_ logger: Logger) throws -> NIOSSLContext {
        let material = folder.current
        let problem = folder.problem
        return try kept.withLock { kept in
            if let problem, problem != kept.problem {
                logger.error(
                    "new certificates cannot be used; the old ones stay",
                    metadata: ["mesh.folder": "\(folder.path)", "error": "\(problem)"]
                )
            }
            kept.problem = problem
            if let context = kept.context, kept.generation == material.generation {
                return context
            }
            let context = try NIOSSLContext(configuration: material.serverTLS(clients))
            kept.context = context
            kept.generation = material.generation
            return context
        }
    }
}

/// Notes whose certificate was proved, and ends connections that must not last: handshakes
/// that do not get on, strangers that have had their time, and those of certificates that have expired
/// since.
private final class PeerHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let state: MeshConnectionState
    private let place: StrangerDoor.Place?
    private let peers: ConnectionCount
    private let times: MeshChannel.Times
    private let now: @Sendable () -> Int64
    private let logger: Logger
    private var end: Scheduled<Void>?

    init(
        state: MeshConnectionState,
        place: StrangerDoor.Place?,
        peers: ConnectionCount,
        times: MeshChannel.Times,
        now: @escaping @Sendable () -> Int64,
        logger: Logger
    ) {
        self.state = state
        self.place = place
        self.peers = peers
        self.times = times
        self.now = now
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        end = channel.eventLoop.scheduleTask(in: times.handshake) { channel.closeAtOnce() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            end?.cancel()
            identify(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// The chain was verified in the handshake; without a certificate there is nobody to note.
    private func identify(_ context: ChannelHandlerContext) {
        do {
            let pipeline = context.pipeline.syncOperations
            guard let shown = try pipeline.nioSSL_peerCertificate() else {
                return limitStranger(context.channel)
            }
            let certificate = try MeshCertificate(shown)
            place?.prove()
            guard let own = peers.enter(from: "\(certificate.identity)", logger) else {
                return context.close(promise: nil)
            }
            context.channel.closeFuture.whenComplete { _ in own.leave() }
            state.prove(certificate)
            close(context.channel, in: .seconds(max(0, certificate.notAfter - now())))
        } catch {
            logger.warning("peer refused", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    /// One that is being answered, such as a gateway that enrols, is not cut off in the middle.
    private func limitStranger(_ channel: any Channel) {
        guard let time = times.stranger else { return }
        end = channel.eventLoop.scheduleTask(in: time) { [state, times] in
            guard state.isAnswered else { return channel.close(promise: nil) }
            channel.eventLoop.scheduleTask(in: times.answer) { channel.close(promise: nil) }
        }
    }

    private func close(_ channel: any Channel, in time: TimeAmount) {
        end = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}

/// Ends connections whose peer does not read: what was written for it would wait, and with it whoever
/// writes, as long as the peer likes.
final class StallHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private var stallMax: TimeAmount
    private var end: Scheduled<Void>?

    /// A server that stops does not wait longer for them.
    private static var lastMax: TimeAmount { .seconds(2) }

    init(stallMax: TimeAmount) { self.stallMax = stallMax }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        watch(context.channel)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            stallMax = min(stallMax, Self.lastMax)
            watch(context.channel)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func watch(_ channel: any Channel) {
        end?.cancel()
        end = nil
        guard !channel.isWritable else { return }
        end = channel.eventLoop.scheduleTask(in: stallMax) { channel.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        context.fireChannelInactive()
    }
}
