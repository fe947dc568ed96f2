// A name server as operators write it; without a port it is the one that all of them have.

/// Where a name server is asked.
public struct NameServer: Sendable, Equatable {
    /// The port of name servers (RFC 1035 section 4.2).
    public static var usualPort: UInt16 { 53 }

    /// Its address.
    public let address: IPAddress
    /// Its port.
    public let port: UInt16

    /// Reads `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`.
    public init?(_ text: String) {
        if let address = IPAddress(text) {
            self.address = address
            port = Self.usualPort
            return
        }
        guard let colon = text.lastIndex(of: ":"),
            let port = PortRange(String(text[text.index(after: colon)...])), port.first == port.last
        else { return nil }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(String(host)), address.isV4 != isBracketed else { return nil }
        self.address = address
        self.port = port.first
    }

    /// The one spelling, without the usual port.
    public var text: String { port == Self.usualPort ? address.text : withPort }

    /// The spelling that always has the port.
    public var withPort: String {
        address.isV4 ? "\(address.text):\(port)" : "[\(address.text)]:\(port)"
    }
}
