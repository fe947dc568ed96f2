// `address:port` as operators write it.

import ClawgressBytes
public import ClawgressModel

/// An address and port to bind.
public struct Endpoint: Sendable, Equatable {
    /// The address; all zeros mean every address of the machine.
    public let address: IPAddress
    /// The port; 0 asks the kernel for one.
    public let port: UInt16

    /// Parses `192.0.2.1:3128` or `[::1]:3128`; port 0 asks the kernel for one.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard let address = IPAddress(String(host)) else { return nil }
        self.init(address: address, port: port)
    }

    /// Names an endpoint.
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// The usual text form.
    public var text: String {
        address.isV4 ? "\(address.text):\(port)" : "[\(address.text)]:\(port)"
    }

    /// Whether every address of the machine is meant.
    public var isWildcard: Bool {
        address.isV4 ? address.v4 == 0 : address.high == 0 && address.low == 0
    }
}
