// Ports as operators write them: one, or all from one to another.

/// One port or several in a row.
public struct PortRange: Sendable, Equatable {
    /// The first port.
    public let first: UInt16
    /// The last one, not before the first.
    public let last: UInt16

    /// Reads `443` or `8000-8999`; port 0 is none, and each range has one spelling.
    public init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2, let from = Self.port(ends[0]),
            let to = Self.port(ends[ends.count - 1]),
            from < to || (from == to && ends.count == 1)
        else { return nil }
        (first, last) = (from, to)
    }

    /// A port without sign and leading zeros.
    private static func port(_ text: Substring) -> UInt16? {
        guard let port = UInt16(text), port > 0, String(port) == text else { return nil }
        return port
    }

    /// Whether the port is one of them.
    public func contains(_ port: UInt16) -> Bool { port >= first && port <= last }
}
