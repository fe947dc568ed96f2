// Address blocks (CIDR): what policies name when they mean addresses and not names.

import ClawgressBytes

/// An address block of either family (RFC 4632).
public struct AddressBlock: Sendable, Equatable, Hashable, BitwiseCopyable {
    /// The first address; all bits after the prefix are zero.
    public let base: IPAddress
    /// The number of leading bits that count: 0…32 or 0…128.
    public let prefixLength: UInt8

    /// A block; bits of `base` after the prefix are cleared.
    public init?(base: IPAddress, prefixLength: Int) {
        guard prefixLength >= 0, prefixLength <= (base.isV4 ? 32 : 128) else { return nil }
        self.prefixLength = UInt8(prefixLength)
        self.base = Self.masked(base, prefixLength)
    }

    /// Parses `address/length` with no stray bits after the prefix.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let base = IPAddress(String(parts[0])) else { return nil }
        guard parts[1].utf8.allSatisfy(ASCII.isDigit), parts[1].utf8.count <= 3,
            parts[1] == "0" || !parts[1].hasPrefix("0"), let length = Int(parts[1])
        else { return nil }
        self.init(base: base, prefixLength: length)
        guard self.base == base else { return nil }
    }

    /// `address` with all bits after the first `length` cleared.
    @inlinable
    public static func masked(_ address: IPAddress, _ length: Int) -> IPAddress {
        if address.isV4 {
            return IPAddress(v4: length == 0 ? 0 : address.v4 & (~UInt32(0) << UInt32(32 - length)))
        }
        let high =
            length >= 64
            ? address.high : length == 0 ? 0 : address.high & (~UInt64(0) << UInt64(64 - length))
        let low =
            length <= 64
            ? 0 : length == 128 ? address.low : address.low & (~UInt64(0) << UInt64(128 - length))
        return IPAddress(high: high, low: low)
    }

    /// Whether `address` is in the block; families never mix.
    @inlinable
    public func contains(_ address: IPAddress) -> Bool {
        address.isV4 == base.isV4 && Self.masked(address, Int(prefixLength)) == base
    }

    /// `address/length` in canonical form.
    public var text: String { "\(base.text)/\(prefixLength)" }
}
