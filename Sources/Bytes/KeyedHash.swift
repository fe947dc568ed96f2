// A fast hash for tables whose keys an agent can choose. It is keyed with random bits per
// process, so that an agent cannot prepare names that all fall into one bucket.

/// A keyed 64-bit hash of byte strings: multiply and fold, eight bytes a step.
public struct KeyedHash: Sendable, BitwiseCopyable {
    @usableFromInline let first: UInt64
    @usableFromInline let second: UInt64

    /// Makes a hash from 128 bits of key; take them from the system's generator once.
    public init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second | 1
    }

    /// Makes a hash with a key drawn from `generator`.
    public init(using generator: inout some RandomNumberGenerator) {
        self.init(first: generator.next(), second: generator.next())
    }

    /// The hash of `bytes`.
    @inlinable
    public func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var state = first
        var offset = 0
        while bytes.count - offset >= 8 {
            state = fold(state ^ bytes.word(at: offset))
            offset += 8
        }
        var rest: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count {
            rest |= UInt64(bytes[offset]) &<< shift
            shift += 8
            offset += 1
        }
        // The length goes in last: at the front it would cancel against the first bytes.
        return fold(fold(state ^ rest) ^ second ^ UInt64(truncatingIfNeeded: bytes.count))
    }

    /// The hash of one number.
    @inlinable
    public func hash(_ value: UInt64) -> UInt64 {
        fold(fold(value ^ first) ^ second)
    }

    @inlinable
    func fold(_ value: UInt64) -> UInt64 {
        // `second` is odd and the constant even: an even factor would lose a bit of `value`.
        let product = value.multipliedFullWidth(by: second ^ 0x9E37_79B9_7F4A_7C14)
        return product.high ^ product.low
    }
}
