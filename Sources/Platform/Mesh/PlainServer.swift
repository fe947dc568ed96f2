// An HTTP server without TLS for what anybody may read, with the same limits as those of the mesh on what
// a peer that means harm could keep open.

public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore

/// What makes a service listen without TLS.
public struct PlainServer: Sendable {
    /// Where to listen; port 0 asks the kernel for one.
    private let address: MeshAddress
    private let limits: MeshServer.Limits
    private let strangers: StrangerDoor

    /// Describes a server.
    public init(address: MeshAddress, limits: MeshServer.Limits) {
        self.address = address
        self.limits = limits
        strangers = StrangerDoor(limits.places)
    }

    /// How many connections were refused or closed because there were too many.
    public var refusedConnections: UInt64 { strangers.refused }

    /// The service to be run.
    ///
    /// - Parameter onBound: is told the port when connections are accepted.
    public func application<Builder: HTTPResponderBuilder>(
        _ router: Builder,
        logger: Logger,
        onBound: @escaping @Sendable (UInt16) async -> Void
    ) -> Application<Builder.Responder>
    where Builder.Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let (limits, strangers) = (limits, strangers)
        return Application(
            router: router,
            server: HTTPServerBuilder { responder in
                PlainChannel(
                    http: HTTP1Channel(responder: responder, configuration: limits.http),
                    strangers: strangers,
                    stallMax: .seconds(limits.idleSeconds)
                )
            },
            configuration: limits.configuration(address),
            onServerRunning: { channel in
                await onBound(UInt16(clamping: channel.localAddress?.port ?? 0))
            },
            logger: logger
        )
    }
}

/// Sets connections of a plain server up.
private struct PlainChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let http: HTTP1Channel.Value
        let isWelcome: Bool
        var channel: any Channel { http.channel }
    }

    let http: HTTP1Channel
    let strangers: StrangerDoor
    let stallMax: TimeAmount

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let isWelcome = strangers.enter(channel, logger) != nil
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(StallHandler(stallMax: stallMax))
        }.flatMap {
            http.setup(channel: channel, logger: logger)
        }.map { Value(http: $0, isWelcome: isWelcome) }
    }

    func handle(value: Value, logger: Logger) async {
        // What was accepted has to be handled to its end, also if that is now.
        if !value.isWelcome { value.channel.close(promise: nil) }
        await http.handle(value: value.http, logger: logger)
    }
}
