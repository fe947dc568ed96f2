// Eight bytes looked at in one step: names and values are most of a head, and a byte at a time
// they are most of its cost.

/// Questions about the eight bytes of a little-endian word.
///
/// An answer has the high bit set in each byte for which it is yes.
enum ByteLanes {
    private static var high: UInt64 { 0x8080_8080_8080_8080 }
    private static var low: UInt64 { 0x7F7F_7F7F_7F7F_7F7F }

    /// The number of bytes before the first yes; eight if there is none.
    static func first(_ answer: UInt64) -> Int { answer.trailingZeroBitCount >> 3 }

    /// Which bytes are below 0x20 or are 0x7F.
    ///
    /// Exact up to the first yes: beyond it, a borrow may add some.
    static func controls(_ word: UInt64) -> UInt64 {
        let below = (word &- 0x2020_2020_2020_2020) & ~word
        let erased = word ^ low
        let delete = (erased &- 0x0101_0101_0101_0101) & ~erased
        return (below | delete) & high
    }

    /// Which bytes are neither ASCII letters nor `-`.
    ///
    /// Exact.
    static func neitherLetterNorHyphen(_ word: UInt64) -> UInt64 {
        let folded = (word | 0x2020_2020_2020_2020) & low
        let fromA = folded &+ 0x1F1F_1F1F_1F1F_1F1F
        let behindZ = folded &+ 0x0505_0505_0505_0505
        let letters = fromA & ~behindZ & ~word
        let difference = word ^ 0x2D2D_2D2D_2D2D_2D2D
        let hyphens = ~((difference & low) &+ low | difference)
        return ~(letters | hyphens) & high
    }
}
