// Random choices that are the same in every run, so that a random test that failed fails again.

/// The generator SplitMix64 (Steele, Lea and Flood, 2014): one word of state, good enough to make
/// test data.
public struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    /// Begins a sequence; the same seed gives the same one.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next word of the sequence.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True once in `count` calls.
    public mutating func oneIn(_ count: Int) -> Bool {
        Int.random(in: 0..<count, using: &self) == 0
    }

    /// One of `list`, which is not empty.
    public mutating func pick<Element>(_ list: [Element]) -> Element {
        list[Int.random(in: 0..<list.count, using: &self)]
    }

    /// One to `most` of `list`, perhaps with repetitions.
    public mutating func some<Element>(_ list: [Element], most: Int) -> [Element] {
        (0..<Int.random(in: 1...most, using: &self)).map { _ in pick(list) }
    }
}
