// Which hashes a proof consists of, before anybody has read one: whoever keeps the tree in tiles
// learns here what to read, and a client over HTTP what to fetch, all at once.

/// Why there is no such proof.
public enum ProofError: Error, Equatable, CustomStringConvertible {
    /// The tree has no such leaf.
    case indexOutOfRange(index: Int, size: Int)
    /// The second tree is not the larger one.
    case sizesOutOfOrder(old: Int, new: Int)
    /// The proof has more or fewer hashes than one for this place has.
    case wrongLength
    /// The hashes lead to another root than that of the tree, which for consistency is the new one.
    case otherRoot
    /// The hashes do not lead to the root of the old tree.
    case otherOldRoot

    /// One line for people.
    public var description: String {
        switch self {
        case .indexOutOfRange(let index, let size): "a tree of \(size) leaves has no leaf \(index)"
        case .sizesOutOfOrder(let old, let new):
            "a tree of \(new) leaves does not follow one of \(old)"
        case .wrongLength: "the proof has another number of hashes than its place demands"
        case .otherRoot: "the proof leads to another root"
        case .otherOldRoot: "the proof leads to another root of the old tree"
        }
    }
}

/// The subtrees whose roots a proof consists of, in the proof's order.
public struct ProofPlan: Sendable, Equatable {
    /// The leaves of each subtree.
    public let subtrees: [Range<Int>]

    /// The path from a leaf to the root (RFC 6962 section 2.1.1).
    public static func inclusion(of index: Int, in size: Int) throws(ProofError) -> ProofPlan {
        guard index >= 0, index < size else { throw .indexOutOfRange(index: index, size: size) }
        var subtrees: [Range<Int>] = []
        var tree = 0..<size
        while tree.count > 1 {
            let (left, right) = split(tree)
            let isLeft = index < right.lowerBound
            subtrees.append(isLeft ? right : left)
            tree = isLeft ? left : right
        }
        return ProofPlan(subtrees: subtrees.reversed())
    }

    /// What leads from the old root to the new one (RFC 6962 section 2.1.2).
    ///
    /// From a tree without leaves, and between equal ones, there is nothing to prove.
    public static func consistency(from old: Int, to new: Int) throws(ProofError) -> ProofPlan {
        guard old >= 0, old <= new else { throw .sizesOutOfOrder(old: old, new: new) }
        guard old > 0, old < new else { return ProofPlan(subtrees: []) }
        var subtrees: [Range<Int>] = []
        var tree = 0..<new
        // Until what is left is a subtree of the old tree.
        while tree.upperBound != old {
            let (left, right) = split(tree)
            let isLeft = old <= right.lowerBound
            subtrees.append(isLeft ? right : left)
            tree = isLeft ? left : right
        }
        // The verifier knows the old root itself.
        if tree.lowerBound > 0 { subtrees.append(tree) }
        return ProofPlan(subtrees: subtrees.reversed())
    }

    /// The root of a tree, from what is kept of it.
    public static func root(of size: Int) -> ProofPlan {
        ProofPlan(subtrees: size > 0 ? [0..<size] : [])
    }

    /// The full subtrees that have to be read.
    public var nodes: [TreeNode] { subtrees.flatMap(TreeNode.covering) }

    /// The proof's hashes.
    ///
    /// - Parameter node: reads the root of a full subtree.
    public func hashes<Failure: Error>(
        _ node: (TreeNode) throws(Failure) -> TreeHash
    ) throws(Failure) -> [TreeHash] {
        var hashes: [TreeHash] = []
        for subtree in subtrees {
            var roots: [TreeHash] = []
            for part in TreeNode.covering(subtree) { roots.append(try node(part)) }
            hashes.append(TreeEdge.root(roots))
        }
        return hashes
    }

    /// The two parts of a tree: the left one is the largest full one that leaves something over.
    private static func split(_ tree: Range<Int>) -> (Range<Int>, Range<Int>) {
        let middle = tree.lowerBound + 1 << (tree.count - 1).mostSignificantBit
        return (tree.lowerBound..<middle, middle..<tree.upperBound)
    }
}
