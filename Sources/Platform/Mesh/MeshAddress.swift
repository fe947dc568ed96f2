// `host:port` as operators write it, for listening and for connecting.

/// A host and a port.
public struct MeshAddress: Sendable, Equatable, CustomStringConvertible {
    /// An address without brackets, or a name that the machine resolves.
    public let host: String
    /// The port; 0 asks the kernel for one when listening.
    public let port: UInt16

    /// Names an address.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `192.0.2.1:8443`, `[::1]:8443` or `policy.example.com:8443`.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard isBracketed == host.contains(":"), Self.isPlausible(host) else { return nil }
        self.init(host: String(host), port: port)
    }

    /// The usual text form.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Letters, digits and what else stands in names and addresses: the host goes into a URL.
    private static func isPlausible(_ host: Substring) -> Bool {
        (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }
}
