// A tunnel whose agent sends requests in it. The tunnel stays an exchange of its own, without an
// origin: each request in it has its own, and finds its own way.

import ClawgressAudit
import ClawgressBytes
import ClawgressModel

/// What the requests in a tunnel take from the tunnel.
struct CarryingTunnel {
    /// The tunnel's exchange.
    let exchange: Int
    /// The only authority that they may name: `host:port`, canonical.
    let authority: [UInt8]
    /// How the tunnel's agent was proved.
    let authentication: AuthenticationType
    /// The public name of the credential that did it.
    let credentialID: [UInt8]

    /// Takes over what the tunnel's record says; its texts are in `texts`.
    init(exchange: Int, _ recalled: RecalledExchange, in texts: Span<UInt8>) {
        self.exchange = exchange
        authentication = recalled.authentication
        credentialID = texts.extracting(recalled.credentialID).array()
        var out = ByteBuffer(capacity: recalled.host.count + 8)
        let host = texts.extracting(recalled.host)
        let needsBrackets = host.firstIndex(of: UInt8(ascii: ":")) != nil
        if needsBrackets { out.append("[") }
        out.append(host)
        if needsBrackets { out.append("]") }
        out.append(":")
        out.append(decimal: UInt(recalled.destinationPort))
        authority = out.bytes.array()
    }
}
