// Random bits for request ids, cheap enough for each request. Not for secrets.

/// xoshiro256**: a small, fast generator, seeded once from the system's.
public struct RandomBits: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// Seeds the state from `generator`.
    public init(seededBy generator: inout some RandomNumberGenerator) {
        state = (generator.next(), generator.next(), generator.next(), generator.next() | 1)
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        let scrambled = state.1 &* 5
        let result = ((scrambled << 7) | (scrambled >> 57)) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = (state.3 << 45) | (state.3 >> 19)
        return result
    }
}
