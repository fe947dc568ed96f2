// The first message of a TLS client: the only place where a tunnel says which server it is meant
// for. It is read and never changed, and what can be read in two ways is refused.

import ClawgressBytes
public import ClawgressModel

/// A complete ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2).
public struct ClientHello: Equatable, Sendable {
    /// The server's name as it was sent (RFC 6066 section 3), in the output buffer; nil if the
    /// client named none.
    public internal(set) var serverName: Range<Int>?
    /// Whether the extension `encrypted_client_hello` is there: a hidden second ClientHello, or
    /// random bytes that only look like one (draft-ietf-tls-esni section 6.2).
    public internal(set) var hasEncryptedHello = false
    /// How many bytes it has on the wire, the headers of its records included.
    public internal(set) var end = 0

    /// Holds the hello against the destination that policy allowed.
    ///
    /// A name is compared as text, because that is how servers do it: another spelling of the
    /// same name, as one with a trailing dot, is another text to them (RFC 6066 section 3).
    ///
    /// - Parameters:
    ///   - text: what ``serverName`` is a range of.
    ///   - host: the canonical host of the CONNECT, in lower case.
    ///   - kind: whether that is a name or an IP literal, which has no place in this extension.
    ///   - ech: what becomes of an encrypted ClientHello.
    /// - Throws: `echRefused`, `sniMissing`, `sniMismatch`, `sniUnexpected`.
    public func check(
        _ text: Span<UInt8>,
        host: Span<UInt8>,
        kind: HostKind,
        ech: Policy.EncryptedHello
    ) throws(Reason) {
        if hasEncryptedHello, ech == .refuse { throw .echRefused }
        switch kind {
        case .address:
            guard serverName == nil else { throw .sniUnexpected }
        case .name:
            guard let serverName else { throw .sniMissing }
            guard text.extracting(serverName).equalsIgnoringCase(host) else { throw .sniMismatch }
        }
    }
}
