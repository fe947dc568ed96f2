// What is known about a request once its head was read: plain values and ranges, so that the
// borrow of the input ends with the parse.

public import ClawgressModel

/// A parsed request head.
///
/// Made by ``parse(_:limits:gatewayName:into:)``. Ranges are positions in one of two buffers,
/// and each says which: the *input* is the span that was parsed, the *output* is the buffer
/// that the parse wrote to.
public struct RequestHead: Sendable {
    /// The method.
    public let method: Method
    /// The method's text, in the input.
    public let methodText: Range<Int>
    /// The one authority of the request; its host stands in the output.
    public let authority: ParsedAuthority
    /// The canonical `host[:port]`, in the output: for http without the default port, for
    /// CONNECT always with a port.
    public let authorityText: Range<Int>
    /// Path and query as sent upstream, in the output; empty for CONNECT.
    public let target: Range<Int>
    /// The canonical path, in the output; empty for CONNECT.
    public let path: Range<Int>
    /// The value of Proxy-Authorization, in the input.
    public let proxyAuthorization: Range<Int>?
    /// The framing of the request's content.
    public let body: BodyLength
    /// Whether the agent waits for `100 Continue` before it sends content.
    public let expectsContinue: Bool
    /// Whether the agent speaks HTTP/1.0.
    public let isVersion10: Bool
    /// Whether the agent wants to send more requests on its connection (RFC 9112 section 9.3).
    public let keepAlive: Bool
    /// Whether it carries NTLM or Negotiate credentials, which authenticate a connection and
    /// not a request, so that the connection must serve nobody else.
    public let hasConnectionBoundAuthentication: Bool
    /// The stretch of the input in which every field stands that names a second method.
    ///
    /// Nil if there is none; see ``nextMethodOverride(in:from:)``.
    public let methodOverrides: Range<Int>?
    /// The key of the WebSocket that it asks for, in the input; nil if it asks for none.
    public let webSocketKey: Range<Int>?

    /// Whether it asks for a WebSocket, so that it is a tunnel once the origin agrees.
    @inlinable
    public var asksWebSocket: Bool { webSocketKey != nil }

    /// Whether the request opens a tunnel.
    @inlinable
    public var isTunnel: Bool { method == .connect }

    /// The port that a pattern without one means: 80 for http, 443 for CONNECT.
    @inlinable
    public var defaultPort: UInt16 { isTunnel ? 443 : 80 }

    /// Whether the request may be sent again when a kept upstream connection proves dead: an
    /// idempotent method without content (RFC 9110 section 9.2.2).
    @inlinable
    public var isReplayable: Bool {
        method.isIdempotent && (body == .none || body == .fixed(0))
    }
}
