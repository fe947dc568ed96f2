// What is known about an origin's answer once its head was read.

/// What the answer's reader must know about the request that it answers.
public struct ResponseContext: Sendable, BitwiseCopyable {
    /// Whether the request was HEAD, so that the answer has no content.
    public var isHead: Bool
    /// Whether the agent speaks HTTP/1.0.
    public var agentIsVersion10: Bool
    /// Whether the agent's connection stays open if the answer allows it.
    public var agentKeepAlive: Bool
    /// Whether the request asked for a WebSocket, so that the answer may be one.
    public var asksWebSocket: Bool

    /// Assembles a context.
    @inlinable
    public init(
        isHead: Bool,
        agentIsVersion10: Bool,
        agentKeepAlive: Bool,
        asksWebSocket: Bool = false
    ) {
        self.isHead = isHead
        self.agentIsVersion10 = agentIsVersion10
        self.agentKeepAlive = agentKeepAlive
        self.asksWebSocket = asksWebSocket
    }

    /// The context of a request's answer.
    @inlinable
    public init(_ request: RequestHead) {
        self.init(
            isHead: request.method == .head,
            agentIsVersion10: request.isVersion10,
            agentKeepAlive: request.keepAlive,
            asksWebSocket: request.asksWebSocket
        )
    }
}

/// A parsed response head; made by ``parse(_:request:limits:gatewayName:into:)``.
public struct ResponseHead: Sendable, BitwiseCopyable {
    /// The status code.
    public let status: Int
    /// The framing of the content as the origin sends it.
    public let body: BodyLength
    /// Whether the upstream connection can serve another request afterwards.
    public let keepAlive: Bool
    /// Whether the agent's connection can; false also where its close ends the content.
    public let keepsAgent: Bool
    /// Whether only the payload of a chunked body is passed on: the agent knows no chunks.
    public let isDechunked: Bool
    /// Whether the answer challenges for NTLM or Negotiate, which bind credentials to a
    /// connection.
    public let bindsConnection: Bool

    /// Whether it is an interim answer (1xx), with another one to follow.
    @inlinable
    public var isInterim: Bool { status < 200 && !switchesProtocols }

    /// Whether the connection is a WebSocket from here on.
    @inlinable
    public var switchesProtocols: Bool { status == 101 }
}
