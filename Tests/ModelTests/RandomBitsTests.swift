// The generator behind request ids.

import ClawgressModel
import Testing

@Suite("Random bits")
struct RandomBitsTests {
    /// Hands out given words, then zeros.
    private struct Words: RandomNumberGenerator {
        var words: [UInt64]

        mutating func next() -> UInt64 {
            words.isEmpty ? 0 : words.removeFirst()
        }
    }

    @Test("follows xoshiro256**, worked out by hand from the state 1, 2, 3, 5")
    func sequence() {
        var seed = Words(words: [1, 2, 3, 4])
        var bits = RandomBits(seededBy: &seed)
        #expect([bits.next(), bits.next(), bits.next()] == [11_520, 0, 1_509_972_480])
    }

    @Test("does not stand still, even if it was seeded with zeros")
    func zeros() {
        var seed = Words(words: [])
        var bits = RandomBits(seededBy: &seed)
        let drawn = Set((0..<100).map { _ in bits.next() })
        #expect(drawn.count > 90)
    }
}
