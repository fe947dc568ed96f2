// The same for tunnels that are closed for what they begin with. The client has its 200 by then,
// so these sentences are for those who look the reason up.

import ClawgressModel

extension Reason {
    /// The sentence of a reason for which ``isTunnelContent`` holds.
    var tunnelSentence: StaticString {
        switch self {
        case .tunnelNotTLS:
            "The policy that allows the tunnel requires TLS in it, and something else was sent."
        case .sniMissing:
            "The client did not name the server in its TLS handshake, as the policy requires."
        case .sniMismatch:
            """
            The server named in the TLS handshake is not the destination that the tunnel was \
            allowed for.
            """
        case .sniUnexpected:
            "The tunnel leads to an address, but the TLS handshake names a server."
        case .sniChanged:
            """
            The second ClientHello, for which the server had asked, does not name the server that \
            the first one named.
            """
        case .echRefused:
            "The policy that allows the tunnel wants no encrypted ClientHello in it."
        case .tlsHelloTooLarge:
            "The first message of the TLS handshake is larger than the gateway accepts."
        case .tlsHelloTimedOut:
            "The first message of the TLS handshake did not arrive in time."
        default:
            "The first message of the TLS handshake is not well formed."
        }
    }
}
