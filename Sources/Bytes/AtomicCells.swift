// Counters that several workers touch. Standard containers cannot hold atomics of a number
// known only at run time, so this one owns its memory.

public import Synchronization

/// A fixed number of 64-bit atomics, zero at first, at addresses that never move.
///
/// Access is by ``withCell(_:_:)`` or the convenience calls; the index is always checked.
public final class AtomicCells: Sendable {
    // nonisolated(unsafe): the memory holds atomics only and lives as long as this object.
    @usableFromInline nonisolated(unsafe) let base: UnsafeMutablePointer<Atomic<UInt64>>
    /// The number of cells.
    public let count: Int

    /// Allocates `count` cells on cache-line boundaries.
    public init(count: Int) {
        self.count = count
        let size = max(count, 1) * MemoryLayout<Atomic<UInt64>>.stride
        base = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
            .bindMemory(to: Atomic<UInt64>.self, capacity: max(count, 1))
        for index in 0..<count { (base + index).initialize(to: Atomic(0)) }
    }

    deinit {
        base.deinitialize(count: count)
        UnsafeMutableRawPointer(base).deallocate()
    }

    /// The present value of a cell.
    @inlinable
    public func load(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count, "cell index")
        return base[index].load(ordering: .relaxed)
    }

    /// Replaces a cell's value.
    @inlinable
    public func store(_ value: UInt64, _ index: Int) {
        precondition(index >= 0 && index < count, "cell index")
        base[index].store(value, ordering: .relaxed)
    }

    /// Adds to a cell and returns the new value; wraps around.
    @inlinable
    @discardableResult
    public func add(_ value: UInt64, _ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count, "cell index")
        return base[index].wrappingAdd(value, ordering: .relaxed).newValue
    }

    /// Adds to a cell that only the calling thread changes; wraps around.
    ///
    /// A load and a store: readers see old or new values, and the adder pays no locked
    /// instruction. With a second writer, additions would get lost.
    @inlinable
    public func addAlone(_ value: UInt64, _ index: Int) {
        precondition(index >= 0 && index < count, "cell index")
        base[index].store(base[index].load(ordering: .relaxed) &+ value, ordering: .relaxed)
    }

    /// Subtracts from a cell and returns the new value; wraps around.
    @inlinable
    @discardableResult
    public func subtract(_ value: UInt64, _ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count, "cell index")
        return base[index].wrappingSubtract(value, ordering: .relaxed).newValue
    }

    /// Replaces `expected` by `desired` with sequentially consistent order.
    ///
    /// - Returns: whether it was exchanged, and the value found.
    @inlinable
    public func compareExchange(
        _ index: Int,
        expected: UInt64,
        desired: UInt64
    ) -> (exchanged: Bool, original: UInt64) {
        precondition(index >= 0 && index < count, "cell index")
        return base[index].compareExchange(
            expected: expected,
            desired: desired,
            ordering: .sequentiallyConsistent
        )
    }

    /// The present value with sequentially consistent order, for add-then-look protocols.
    @inlinable
    public func loadInOrder(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count, "cell index")
        return base[index].load(ordering: .sequentiallyConsistent)
    }
}
