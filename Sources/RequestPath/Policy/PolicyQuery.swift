// What a decision may see of a request. The caller owns the bytes and has canonicalised them,
// so that policy judges exactly what is dialled and sent upstream.

public import ClawgressModel

/// One request as policy sees it.
///
/// A CONNECT shows identity, host and port, and nothing else: `path` is empty for tunnels.
public struct PolicyQuery: ~Escapable {
    /// The agent's index in the array that the index was compiled with.
    public let agent: Int32
    /// The canonical host: lower-case A-labels without trailing dot, or a canonical literal.
    public let host: Span<UInt8>
    /// Whether the host is a name or an IP literal.
    public let kind: HostKind
    /// The literal's address; ignored for names.
    public let address: IPAddress
    /// The target's port.
    public let port: UInt16
    /// Whether the request is a CONNECT, whose default port is 443 instead of 80.
    public let isTunnel: Bool
    /// The method, exactly as received: methods are case-sensitive (RFC 9110 section 9.1).
    public let method: Span<UInt8>
    /// The canonical path without query; empty for tunnels.
    public let path: Span<UInt8>
    /// The wall clock in seconds since 1970 UTC, for time windows.
    public let now: Int64

    /// Describes a request; all bytes must already be canonical.
    @inlinable
    @_lifetime(copy host, copy method, copy path)
    public init(
        agent: Int32,
        host: Span<UInt8>,
        kind: HostKind,
        address: IPAddress,
        port: UInt16,
        isTunnel: Bool,
        method: Span<UInt8>,
        path: Span<UInt8>,
        now: Int64
    ) {
        self.agent = agent
        self.host = host
        self.kind = kind
        self.address = address
        self.port = port
        self.isTunnel = isTunnel
        self.method = method
        self.path = path
        self.now = now
    }

    /// The port that a pattern without a port means.
    @inlinable
    var defaultPort: UInt16 { isTunnel ? 443 : 80 }
}
