// Indices to give away and take back, lowest first use: the dense companion of `SlotTable`
// where no kernel hands out numbers.

/// A stack of free indices below a fixed bound.
public struct FreeList: ~Copyable {
    private var free: [UInt32] = []
    private var next: UInt32 = 0
    private let bound: UInt32

    /// Makes a list of the indices below `bound`.
    public init(bound: Int) {
        self.bound = UInt32(bound)
    }

    /// Takes an index, or nil when all are taken.
    public mutating func take() -> Int? {
        if let index = free.popLast() { return Int(index) }
        guard next < bound else { return nil }
        next += 1
        return Int(next - 1)
    }

    /// Gives an index back.
    public mutating func give(_ index: Int) {
        free.append(UInt32(index))
    }
}
