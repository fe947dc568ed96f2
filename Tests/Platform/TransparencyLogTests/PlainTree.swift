// The tree as RFC 6962 section 2.1 defines it, over all leaves each time: slow, and so short that
// one can see that it is right. The product's code is held against it.

import ClawgressTransparencyLog

enum PlainTree {
    /// The entries of section 2.1.3 of the RFC's test tree.
    static let sampleEntries: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
        [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        Array(0x60...0x6F),
    ]

    /// Different leaves, as many as wanted.
    static func leaves(_ count: Int) -> [TreeHash] {
        (0..<count).map { TreeHash.leaf(Array("entry \($0)".utf8)) }
    }

    /// MTH.
    static func root(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
        guard let first = leaves.first else { return .emptyTree }
        guard leaves.count > 1 else { return first }
        let (left, right) = split(leaves)
        return .node(root(left), root(right))
    }

    /// PATH.
    static func path(_ index: Int, _ leaves: ArraySlice<TreeHash>) -> [TreeHash] {
        guard leaves.count > 1 else { return [] }
        let (left, right) = split(leaves)
        return index < left.count
            ? path(index, left) + [root(right)]
            : path(index - left.count, right) + [root(left)]
    }

    /// PROOF, from 0 < old < new.
    static func proof(_ old: Int, _ leaves: ArraySlice<TreeHash>) -> [TreeHash] {
        subproof(old, leaves, isKnown: true)
    }

    private static func subproof(
        _ old: Int,
        _ leaves: ArraySlice<TreeHash>,
        isKnown: Bool
    ) -> [TreeHash] {
        guard old < leaves.count else { return isKnown ? [] : [root(leaves)] }
        let (left, right) = split(leaves)
        return old <= left.count
            ? subproof(old, left, isKnown: isKnown) + [root(right)]
            : subproof(old - left.count, right, isKnown: false) + [root(left)]
    }

    private static func split(
        _ leaves: ArraySlice<TreeHash>
    ) -> (ArraySlice<TreeHash>, ArraySlice<TreeHash>) {
        var count = 1
        while 2 * count < leaves.count { count *= 2 }
        return (leaves.prefix(count), leaves.dropFirst(count))
    }
}

/// The nodes of a tree that grew leaf by leaf.
struct GrownTree {
    private(set) var edge = TreeEdge()
    private(set) var nodes: [TreeNode: TreeHash] = [:]

    init(_ leaves: [TreeHash]) {
        for leaf in leaves { append(leaf) }
    }

    mutating func append(_ leaf: TreeHash) {
        var added: [TreeNode: TreeHash] = [:]
        edge.append(leaf) { added[$0] = $1 }
        nodes.merge(added) { _, new in new }
    }

    /// The hashes of a plan; nil if it asks for a node that is not full.
    func hashes(_ plan: ProofPlan) -> [TreeHash]? {
        guard plan.nodes.allSatisfy({ nodes[$0] != nil }) else { return nil }
        return plan.hashes { nodes[$0] ?? .emptyTree }
    }
}

extension TreeHash {
    /// The hash with one bit changed.
    func flipping(_ bit: Int) -> TreeHash {
        var bytes = bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return TreeHash(bytes) ?? self
    }
}
