// The other two tables of the index: from address blocks to nodes, and from a node that was
// split to its parts. Their keys are numbers and stand in the slots, beside the nodes.

import ClawgressBytes
import ClawgressModel

/// A table from an address block to its node.
struct BlockTable: Sendable {
    private struct Slot: BitwiseCopyable {
        let high: UInt64
        let low: UInt64
        let length: Int16
        let isTaken: Bool
        let node: Node
    }

    private var slots: [Slot]
    private let mask: Int
    /// The prefix lengths that occur, IPv4 as they are, IPv6 from 64 on; descending, so that
    /// the most specific block is tried first.
    let lengths: [Int16]

    init(_ filed: [(block: AddressBlock, node: Node)], hash: KeyedHash) {
        let size = tableSize(for: filed.count)
        mask = size - 1
        slots = Array(
            repeating: Slot(high: 0, low: 0, length: 0, isTaken: false, node: .empty),
            count: size
        )
        for (block, node) in filed {
            let length = Self.code(block)
            var place = Self.hash(block.base, length, hash) & mask
            while slots[place].isTaken { place = (place + 1) & mask }
            slots[place] = Slot(
                high: block.base.high,
                low: block.base.low,
                length: length,
                isTaken: true,
                node: node
            )
        }
        lengths = Set(filed.map { Self.code($0.block) }).sorted(by: >)
    }

    /// The node of the block of `address` whose length has the code `length`; an empty one if
    /// there is none.
    func find(_ address: IPAddress, length: Int16, hash: KeyedHash) -> Node {
        guard address.isV4 == (length < Self.v6Code) else { return .empty }
        let bits = Int(length < Self.v6Code ? length : length - Self.v6Code)
        let base = AddressBlock.masked(address, bits)
        let slots = self.slots.span
        var place = Self.hash(base, length, hash) & mask
        while true {
            let slot = slots[place]
            if !slot.isTaken { return .empty }
            if slot.low == base.low, slot.high == base.high, slot.length == length {
                return slot.node
            }
            place = (place + 1) & mask
        }
    }

    private static var v6Code: Int16 { 64 }

    private static func code(_ block: AddressBlock) -> Int16 {
        Int16(block.prefixLength) + (block.base.isV4 ? 0 : v6Code)
    }

    private static func hash(_ base: IPAddress, _ length: Int16, _ hash: KeyedHash) -> Int {
        let upper = hash.hash(base.high ^ UInt64(truncatingIfNeeded: length) << 48)
        return Int(truncatingIfNeeded: hash.hash(upper ^ base.low))
    }
}

/// A table from a split node and the key of a part to the part's node.
struct PartTable: Sendable {
    /// A part's key within its parent.
    ///
    /// The kinds of keys differ in bits 40 and 63. Two paths' hashes may collide at will, since
    /// each candidate tests its own paths again.
    struct Key: BitwiseCopyable, Hashable {
        let bits: UInt64

        /// The candidates about one identity value.
        static func identity(_ dimension: IdentityDimension, _ value: Int32) -> Key {
            Key(bits: UInt64(dimension.rawValue) << 32 | UInt64(UInt32(bitPattern: value)))
        }
        /// The candidates about everybody.
        static var everybody: Key { Key(bits: 1 << 40) }
        /// The candidates that apply to tunnels.
        static var tunnels: Key { Key(bits: 1 << 40 | 1) }
        /// The candidates that apply to plain requests and have no path.
        static var pathless: Key { Key(bits: 1 << 40 | 2) }
        /// The candidates with a path prefix of this hash.
        static func path(_ hash: UInt64) -> Key { Key(bits: hash | 1 << 63) }
    }

    private struct Slot: BitwiseCopyable {
        let key: UInt64
        /// The number of the split node; -1 in a free slot.
        let parent: Int32
        let node: Node

        var isTaken: Bool { parent >= 0 }
    }

    private var slots: [Slot]
    private let mask: Int

    init(_ filed: [(parent: Int32, key: Key, node: Node)], hash: KeyedHash) {
        let size = tableSize(for: filed.count)
        mask = size - 1
        slots = Array(repeating: Slot(key: 0, parent: -1, node: .empty), count: size)
        for (parent, key, node) in filed {
            var place = Self.hash(parent, key, hash) & mask
            while slots[place].isTaken { place = (place + 1) & mask }
            slots[place] = Slot(key: key.bits, parent: parent, node: node)
        }
    }

    /// The part `key` of the node with that number; an empty one if there is none.
    func find(_ parent: Int32, _ key: Key, hash: KeyedHash) -> Node {
        let slots = self.slots.span
        var place = Self.hash(parent, key, hash) & mask
        while true {
            let slot = slots[place]
            if !slot.isTaken { return .empty }
            if slot.parent == parent, slot.key == key.bits { return slot.node }
            place = (place + 1) & mask
        }
    }

    private static func hash(_ parent: Int32, _ key: Key, _ hash: KeyedHash) -> Int {
        let mixed = key.bits ^ UInt64(UInt32(bitPattern: parent)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: hash.hash(mixed))
    }
}

/// A power of two that leaves at least half of the slots empty, so that probes stay short and
/// always end.
func tableSize(for count: Int) -> Int {
    var size = 2
    while size < count * 2 { size *= 2 }
    return size
}
