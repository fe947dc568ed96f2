// The name of a request in answers and records: sortable by time, unique without asking.

public import ClawgressBytes

/// A UUID version 7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, 74 random bits.
public struct RequestID: Sendable, Equatable, Hashable, BitwiseCopyable {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    /// Rebuilds an id from its halves.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes an id.
    ///
    /// - Parameters:
    ///   - milliseconds: wall clock, since 1970 UTC.
    ///   - random: two words of random bits.
    @inlinable
    public init(milliseconds: UInt64, random: (UInt64, UInt64)) {
        high = milliseconds << 16 | 0x7000 | random.0 & 0x0FFF
        low = 0x8000_0000_0000_0000 | random.1 & 0x3FFF_FFFF_FFFF_FFFF
    }

    /// Writes the 36 characters of the usual form.
    @inlinable
    public func write(to out: inout ByteBuffer) {
        out.append(hexadecimal: high >> 32, width: 8)
        out.append(UInt8(ascii: "-"))
        out.append(hexadecimal: high >> 16 & 0xFFFF, width: 4)
        out.append(UInt8(ascii: "-"))
        out.append(hexadecimal: high & 0xFFFF, width: 4)
        out.append(UInt8(ascii: "-"))
        out.append(hexadecimal: low >> 48, width: 4)
        out.append(UInt8(ascii: "-"))
        out.append(hexadecimal: low & 0xFFFF_FFFF_FFFF, width: 12)
    }
}
