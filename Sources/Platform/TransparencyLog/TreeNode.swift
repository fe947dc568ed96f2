// Where the nodes of a growing tree are. Only subtrees that are full never change, so those alone
// have names; every other hash is put together from them.

/// A full subtree of `2^level` leaves, the first of them `index << level`.
public struct TreeNode: Sendable, Hashable {
    /// The subtree's height; 0 is a leaf.
    public let level: Int
    /// Its place among the subtrees of this height, from the left.
    public let index: Int

    /// Names a node.
    public init(level: Int, index: Int) {
        self.level = level
        self.index = index
    }

    /// The leaves below it.
    public var leaves: Range<Int> { index << level..<(index + 1) << level }

    /// The full subtrees that make up `leaves`, largest first.
    ///
    /// - Precondition: the range is a subtree as RFC 6962 section 2.1 splits trees: its beginning is
    ///   a multiple of the least power of two that is not less than its length.
    static func covering(_ leaves: Range<Int>) -> [TreeNode] {
        var nodes: [TreeNode] = []
        var start = leaves.lowerBound
        while start < leaves.upperBound {
            let level = (leaves.upperBound - start).mostSignificantBit
            nodes.append(TreeNode(level: level, index: start >> level))
            start += 1 << level
        }
        return nodes
    }

    /// The full subtrees of a tree's right edge, largest first: all that it takes to go on.
    public static func edge(ofTree size: Int) -> [TreeNode] { covering(0..<size) }
}

extension Int {
    /// The place of the topmost bit of a positive number.
    var mostSignificantBit: Int { Int.bitWidth - 1 - leadingZeroBitCount }
}

/// A tree that grows: its right edge is all that is kept.
public struct TreeEdge: Sendable, Hashable {
    /// The number of leaves.
    public private(set) var size = 0
    /// The roots of the full subtrees of the edge, largest first.
    public private(set) var hashes: [TreeHash] = []

    /// A tree without leaves.
    public init() {}

    /// A tree of which the edge was kept, in the order of ``TreeNode/edge(ofTree:)``; nil if that
    /// many hashes are not the edge of a tree of this size.
    public init?(size: Int, hashes: [TreeHash]) {
        guard size >= 0, hashes.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.hashes = hashes
    }

    /// Appends a leaf, or a full subtree of `2^level` leaves by its root.
    ///
    /// - Parameter onNode: is told every node that is full from now on, the appended one first; those
    ///   within it are not known.
    /// - Precondition: the tree's size is a multiple of `2^level`.
    public mutating func append(
        _ root: TreeHash,
        level height: Int = 0,
        onNode: (TreeNode, TreeHash) -> Void = { _, _ in }
    ) {
        precondition(size.isMultiple(of: 1 << height), "a subtree begins where one can")
        var hash = root
        var level = height
        onNode(TreeNode(level: level, index: size >> level), hash)
        while size >> level & 1 == 1, let left = hashes.popLast() {
            hash = .node(left, hash)
            level += 1
            onNode(TreeNode(level: level, index: size >> level), hash)
        }
        hashes.append(hash)
        size += 1 << height
    }

    /// What the tree is known by.
    public var head: TreeHead { TreeHead(size: size, root: Self.root(hashes)) }

    /// The root over full subtrees that stand side by side, largest first.
    static func root(_ hashes: [TreeHash]) -> TreeHash {
        guard let last = hashes.last else { return .emptyTree }
        return hashes.dropLast().reversed().reduce(last) { right, left in .node(left, right) }
    }
}
