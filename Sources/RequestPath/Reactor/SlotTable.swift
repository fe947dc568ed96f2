// Where connections live: plain values at fixed places, found by descriptor number. The
// memory is reserved once and appears page by page when touched, so an idle table is free.

import CLinux

/// A table of values at fixed indices, each with a generation that tells a reused index from
/// the one that was meant.
public struct SlotTable<Element: ~Copyable>: ~Copyable {
    @usableFromInline let slots: UnsafeMutablePointer<Element>
    @usableFromInline let generations: UnsafeMutablePointer<UInt32>
    /// The number of slots.
    public let capacity: Int
    /// The number of open slots.
    public private(set) var count = 0

    /// Reserves address space for `capacity` slots; nil if the kernel refuses.
    public init?(capacity: Int) {
        let slotBytes = max(capacity * MemoryLayout<Element>.stride, 1)
        let generationBytes = max(capacity * MemoryLayout<UInt32>.stride, 1)
        guard let first = cl_map_anonymous(slotBytes) else { return nil }
        guard let second = cl_map_anonymous(generationBytes) else {
            munmap(first, slotBytes)
            return nil
        }
        slots = first.bindMemory(to: Element.self, capacity: capacity)
        generations = second.bindMemory(to: UInt32.self, capacity: capacity)
        self.capacity = capacity
    }

    deinit {
        for index in 0..<capacity where count > 0 && generations[index] & 1 == 1 {
            (slots + index).deinitialize(count: 1)
        }
        munmap(slots, max(capacity * MemoryLayout<Element>.stride, 1))
        munmap(generations, max(capacity * MemoryLayout<UInt32>.stride, 1))
    }

    /// Whether the slot holds a value.
    @inlinable
    public func isOpen(_ index: Int) -> Bool {
        index >= 0 && index < capacity && generations[index] & 1 == 1
    }

    /// The token of an open slot: generation in the upper half, index in the lower.
    @inlinable
    public func token(_ index: Int) -> UInt64 {
        precondition(isOpen(index), "token of a closed slot")
        return UInt64(generations[index]) << 32 | UInt64(UInt32(index))
    }

    /// The index that `token` names, or nil if that slot was closed since.
    @inlinable
    public func index(of token: UInt64) -> Int? {
        let index = Int(UInt32(truncatingIfNeeded: token))
        guard index < capacity, generations[index] == UInt32(truncatingIfNeeded: token >> 32) else {
            return nil
        }
        return index
    }

    /// Opens a closed slot with a value and returns its token.
    @discardableResult
    public mutating func open(_ index: Int, _ element: consuming Element) -> UInt64 {
        precondition(index >= 0 && index < capacity && generations[index] & 1 == 0, "slot in use")
        (slots + index).initialize(to: element)
        generations[index] &+= 1
        count += 1
        return token(index)
    }

    /// Closes an open slot and destroys its value.
    public mutating func close(_ index: Int) {
        precondition(isOpen(index), "closing a closed slot")
        generations[index] &+= 1
        count -= 1
        (slots + index).deinitialize(count: 1)
    }

    /// The value of an open slot, in place: reading or changing one field touches that field.
    @inlinable
    public subscript(index: Int) -> Element {
        unsafeAddress {
            precondition(isOpen(index), "access to a closed slot")
            return UnsafePointer(slots + index)
        }
        unsafeMutableAddress {
            precondition(isOpen(index), "access to a closed slot")
            return slots + index
        }
    }
}
