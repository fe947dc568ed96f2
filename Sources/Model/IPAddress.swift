// One value for an address of either family, so that classification, policy, dial and record
// cannot disagree about what was meant.

public import ClawgressBytes

/// An IPv4 or IPv6 address.
///
/// An IPv4 address is kept in the IPv4-mapped range, but `isV4` tells the two apart: the text
/// `::ffff:10.0.0.1` is an IPv6 address with an IPv4 one in disguise, and is treated so.
public struct IPAddress: Sendable, Equatable, Hashable, BitwiseCopyable {
    /// The first eight bytes, big-endian; 0 for IPv4.
    public let high: UInt64
    /// The last eight bytes, big-endian; `0x0000_FFFF` and the address for IPv4.
    public let low: UInt64
    /// Whether it is an IPv4 address.
    public let isV4: Bool

    /// An IPv6 address from its halves.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
        isV4 = false
    }

    /// An IPv4 address from its 32 bits.
    @inlinable
    public init(v4: UInt32) {
        high = 0
        low = 0xFFFF_0000_0000 | UInt64(v4)
        isV4 = true
    }

    /// The 32 bits of an IPv4 address.
    @inlinable
    public var v4: UInt32 { UInt32(truncatingIfNeeded: low) }

    /// Parses the one canonical-enough text form of either family; no brackets, no zone.
    @inlinable
    public init?(_ text: Span<UInt8>) {
        if text.firstIndex(of: UInt8(ascii: ":")) != nil {
            self.init(v6: text)
        } else {
            self.init(v4: text)
        }
    }

    /// Parses text; for places off the hot path.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span)
    }

    /// Parses four decimal numbers without leading zeros.
    ///
    /// Octal, hexadecimal, short and 32-bit forms are refused: systems disagree about them, so
    /// attackers love them.
    @inlinable
    public init?(v4 text: Span<UInt8>) {
        var value: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for index in text.indices {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                value = value << 8 | octet
                octet = 0
                digits = 0
                dots += 1
            } else {
                guard ASCII.isDigit(byte), digits < 3, !(digits > 0 && octet == 0) else {
                    return nil
                }
                octet = octet * 10 + UInt32(byte &- 48)
                digits += 1
                guard octet <= 255 else { return nil }
            }
        }
        guard dots == 3, digits > 0 else { return nil }
        self.init(v4: value << 8 | octet)
    }

    /// Parses RFC 4291 section 2.2 text: eight groups, one `::`, an IPv4 tail allowed.
    public init?(v6 text: Span<UInt8>) {
        var parser = IPv6TextParser()
        guard let halves = parser.parse(text) else { return nil }
        self.init(high: halves.high, low: halves.low)
    }

    /// Writes the canonical text: dotted decimal, or RFC 5952 without brackets.
    public func write(to out: inout ByteBuffer) {
        if isV4 {
            for shift: UInt32 in [24, 16, 8, 0] {
                if shift < 24 { out.append(UInt8(ascii: ".")) }
                out.append(decimal: UInt(v4 >> shift & 255))
            }
        } else {
            writeV6(to: &out)
        }
    }

    /// The canonical text; for places off the hot path.
    public var text: String {
        var out = ByteBuffer(capacity: 48)
        write(to: &out)
        return out.bytes.string()
    }

    private func group(_ index: Int) -> UInt64 {
        let half = index < 4 ? high : low
        return half >> UInt64(48 - 16 * (index & 3)) & 0xFFFF
    }

    /// RFC 5952: the longest run of two or more zero groups, the first of equals, becomes `::`.
    private func writeV6(to out: inout ByteBuffer) {
        var best = (start: 8, length: 1)
        var index = 0
        while index < 8 {
            var end = index
            while end < 8, group(end) == 0 { end += 1 }
            if end - index > best.length { best = (index, end - index) }
            index = max(end, index + 1)
        }
        index = 0
        while index < 8 {
            if index == best.start {
                out.append("::")
                index += best.length
                continue
            }
            if index > 0, index != best.start + best.length { out.append(UInt8(ascii: ":")) }
            let value = group(index)
            out.append(
                hexadecimal: value,
                width: value > 0xFFF ? 4 : value > 0xFF ? 3 : value > 0xF ? 2 : 1
            )
            index += 1
        }
    }
}
