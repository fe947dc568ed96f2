// A keyed digest for remembering secrets without keeping them: who does not know the key can
// neither make a second text with the same digest nor learn a text from its digest.

/// SipHash-2-4 with a 128-bit result (Aumasson and Bernstein, 2012): a pseudorandom function
/// made for short texts, a tenth of the price of a general cryptographic hash on them.
///
/// The key must be drawn at random and never leave the process.
public struct KeyedDigest: Sendable, BitwiseCopyable {
    /// A digest; equal digests mean equal texts.
    public struct Value: Equatable, Sendable, BitwiseCopyable {
        /// The first eight bytes, little-endian.
        public let first: UInt64
        /// The last eight bytes, little-endian.
        public let second: UInt64

        /// Names a digest.
        public init(first: UInt64, second: UInt64) {
            self.first = first
            self.second = second
        }
    }

    private let key: (first: UInt64, second: UInt64)

    /// Makes a digest with a given key; the key's bytes are read as two little-endian words.
    public init(first: UInt64, second: UInt64) {
        key = (first, second)
    }

    /// Makes a digest with a key drawn from `generator`, which must be secure.
    public init(using generator: inout some RandomNumberGenerator) {
        self.init(first: generator.next(), second: generator.next())
    }

    /// The digest of `text`.
    public func digest(of text: Span<UInt8>) -> Value {
        var state = State(key.first, key.second)
        var offset = 0
        while text.count - offset >= 8 {
            state.absorb(text.word(at: offset))
            offset += 8
        }
        var last = UInt64(truncatingIfNeeded: text.count) &<< 56
        var shift: UInt64 = 0
        while offset < text.count {
            last |= UInt64(text[offset]) &<< shift
            shift += 8
            offset += 1
        }
        state.absorb(last)
        return state.finish()
    }

    /// The four words of the paper, by its names.
    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        init(_ first: UInt64, _ second: UInt64) {
            v0 = first ^ 0x736f_6d65_7073_6575
            v1 = second ^ 0x646f_7261_6e64_6f6d ^ 0xee
            v2 = first ^ 0x6c79_6765_6e65_7261
            v3 = second ^ 0x7465_6462_7974_6573
        }

        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        mutating func finish() -> Value {
            v2 ^= 0xee
            for _ in 0..<4 { round() }
            let first = v0 ^ v1 ^ v2 ^ v3
            v1 ^= 0xdd
            for _ in 0..<4 { round() }
            return Value(first: first, second: v0 ^ v1 ^ v2 ^ v3)
        }

        private mutating func round() {
            v0 &+= v1
            v2 &+= v3
            v1 = rotated(v1, 13) ^ v0
            v3 = rotated(v3, 16) ^ v2
            v0 = rotated(v0, 32)
            v2 &+= v1
            v0 &+= v3
            v1 = rotated(v1, 17) ^ v2
            v3 = rotated(v3, 21) ^ v0
            v2 = rotated(v2, 32)
        }

        private func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 {
            word &<< count | word &>> (64 &- count)
        }
    }
}
