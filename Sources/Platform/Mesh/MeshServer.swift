// A service of the mesh as an HTTP server: TLS 1.3, certificates both ways, and limits on what
// a peer that means harm could keep open.

public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore

/// What makes a mesh service listen.
public struct MeshServer: Sendable {
    /// What a server takes before it closes a connection.
    public struct Limits: Sendable {
        /// Connections at a time; more wait in the kernel.
        public var connectionsMax: Int
        /// Of these, such whose client has proved no certificate: a newcomer gets the place of the oldest
        /// one, of its own source or of the one that has the most.
        public var strangersMax: Int
        /// Of these, for sources from which a certificate was proved lately; the others get none of them.
        public var strangersKnownMax: Int
        /// Of these, from one source: an IPv4 address, or the first 64 bits of an IPv6 address.
        public var strangersOfSourceMax: Int
        /// Seconds that a client without a certificate may stay after the handshake, and ``idleSeconds``
        /// more if it is being answered then; nil for a server whose clients all have none.
        public var strangerSeconds: Int64? = 10
        /// Connections of one process that has proved its certificate; more are closed at once.
        public var ofPeerMax: Int
        /// Seconds until the handshake must be complete.
        public var handshakeSeconds: Int64 = 10
        /// Seconds that a connection may do nothing between requests or in one, and that more than
        /// the kernel takes may wait for a peer that does not read.
        public var idleSeconds: Int64 = 60
        /// Bytes of all header fields of a request.
        public var headBytesMax = 16_384

        /// Limits for clients that have certificates, and some strangers.
        public init(connectionsMax: Int = 4_096) {
            self.connectionsMax = connectionsMax
            strangersMax = max(2, connectionsMax / 4)
            strangersKnownMax = strangersMax / 2
            strangersOfSourceMax = max(1, strangersMax / 4)
            ofPeerMax = max(1, connectionsMax / 8)
        }

        /// Limits for clients none of whom has a certificate: connections in use are closed for a
        /// newcomer only where one source has more of them than the newcomer's would have.
        public static func forStrangers(connectionsMax: Int) -> Limits {
            var limits = Limits(connectionsMax: connectionsMax)
            limits.strangersMax = connectionsMax
            limits.strangersKnownMax = 0
            limits.strangerSeconds = nil
            limits.strangersOfSourceMax = max(1, connectionsMax / 4)
            return limits
        }
    }

    /// Where to listen; port 0 asks the kernel for one.
    public var address: MeshAddress
    /// Whose certificate to show.
    public var folder: MeshFolder
    /// Whether clients must have one.
    public var clientCertificates: ClientCertificates
    /// What is taken.
    public let limits: Limits
    /// Seconds since 1970 UTC: connections end with their client's certificate.
    public var now: @Sendable () -> Int64
    private let strangers: StrangerDoor
    private let peers: ConnectionCount

    /// How many connections were refused or closed because there were too many of strangers, or of one
    /// process.
    public var refusedConnections: UInt64 { strangers.refused + peers.refused }

    /// Describes a server.
    public init(
        address: MeshAddress,
        folder: MeshFolder,
        clientCertificates: ClientCertificates,
        limits: Limits = Limits(),
        now: @escaping @Sendable () -> Int64
    ) {
        self.address = address
        self.folder = folder
        self.clientCertificates = clientCertificates
        self.limits = limits
        self.now = now
        strangers = StrangerDoor(limits.places)
        peers = ConnectionCount(countMax: limits.connectionsMax, ofSourceMax: limits.ofPeerMax)
    }

    /// The service to be run.
    ///
    /// A context of another type than ``MeshRequestContext`` finds the peer's certificate in
    /// ``MeshPeer/certificate`` when it is made.
    ///
    /// - Parameter onBound: is told the port when connections are accepted.
    public func application<Builder: HTTPResponderBuilder>(
        _ router: Builder,
        logger: Logger,
        onBound: @escaping @Sendable (UInt16) async -> Void = { _ in }
    ) -> Application<Builder.Responder>
    where Builder.Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        Application(
            router: router,
            server: builder,
            configuration: limits.configuration(address),
            onServerRunning: { channel in
                await onBound(UInt16(clamping: channel.localAddress?.port ?? 0))
            },
            logger: logger
        )
    }

    private var builder: HTTPServerBuilder {
        let contexts = ServerContexts(folder: folder, clients: clientCertificates)
        let (limits, strangers, peers, now) = (limits, strangers, peers, now)
        return HTTPServerBuilder { responder in
            MeshChannel(
                http: HTTP1Channel(
                    responder: { request, writer, channel in
                        let connection = MeshPeer.connection
                        connection?.beginAnswer()
                        defer { connection?.endAnswer() }
                        try await responder(request, writer, channel)
                    },
                    configuration: limits.http
                ),
                contexts: contexts,
                strangers: strangers,
                peers: peers,
                times: limits.times,
                now: now
            )
        }
    }
}

extension MeshServer.Limits {
    var places: StrangerPlaces.Bounds {
        StrangerPlaces.Bounds(
            unknownMax: strangersMax - strangersKnownMax,
            knownMax: strangersKnownMax,
            ofSourceMax: strangersOfSourceMax,
            rememberedMax: connectionsMax,
            isNewcomerFirst: strangerSeconds != nil
        )
    }

    var times: MeshChannel.Times {
        MeshChannel.Times(
            handshake: .seconds(handshakeSeconds),
            stranger: strangerSeconds.map { .seconds($0) },
            answer: .seconds(idleSeconds)
        )
    }

    /// What HTTP takes.
    var http: HTTP1Channel.Configuration {
        var http = HTTP1Channel.Configuration(idleTimeout: .seconds(idleSeconds))
        http.httpDecoder.maxHeaderListSize = headBytesMax
        http.httpDecoder.maxHeaderFieldSize = headBytesMax
        return http
    }

    func configuration(_ address: MeshAddress) -> ApplicationConfiguration {
        ApplicationConfiguration(
            address: .hostname(address.host, port: Int(address.port)),
            serverName: nil,
            availableConnectionsDelegate: MaximumAvailableConnections(connectionsMax)
        )
    }
}
