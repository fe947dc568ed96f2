// Checking proofs, with nothing but the two roots and the proof: RFC 9162 sections 2.1.3.2 and
// 2.1.4.2, which refuse a proof that is too long or too short as well as a wrong one.

/// Checks of proofs.
public enum TreeProof {
    /// Checks that a leaf is in a tree.
    ///
    /// - Throws: `ProofError` if it is not proved.
    public static func checkInclusion(
        of leaf: TreeHash,
        at index: Int,
        in head: TreeHead,
        _ proof: [TreeHash]
    ) throws(ProofError) {
        guard index >= 0, index < head.size else {
            throw .indexOutOfRange(index: index, size: head.size)
        }
        var place = Place(index, in: head.size)
        var hash = leaf
        for other in proof {
            guard !place.isRoot else { throw .wrongLength }
            hash = place.isRightOrLast ? .node(other, hash) : .node(hash, other)
            place.climb()
        }
        guard place.isRoot else { throw .wrongLength }
        guard hash == head.root else { throw .otherRoot }
    }

    /// Checks that a tree is the beginning of another one.
    ///
    /// - Throws: `ProofError` if it is not proved.
    public static func checkConsistency(
        from old: TreeHead,
        to new: TreeHead,
        _ proof: [TreeHash]
    ) throws(ProofError) {
        guard old.size >= 0, old.size <= new.size else {
            throw .sizesOutOfOrder(old: old.size, new: new.size)
        }
        guard old.size > 0, old.size < new.size else {
            guard proof.isEmpty else { throw .wrongLength }
            guard old.size > 0 || old.root == .emptyTree else { throw .otherOldRoot }
            guard old.size < new.size || old.root == new.root else { throw .otherRoot }
            return
        }
        // A full old tree is a node of the new one: the proof begins with its root, unsaid.
        var rest = proof[...]
        let isFull = old.size & (old.size - 1) == 0
        guard let first = isFull ? old.root : rest.popFirst() else { throw .wrongLength }
        var place = Place(old.size - 1, in: new.size)
        place.climbToLeftEdge()
        var oldHash = first
        var newHash = first
        for other in rest {
            guard !place.isRoot else { throw .wrongLength }
            if place.isRightOrLast {
                oldHash = .node(other, oldHash)
                newHash = .node(other, newHash)
            } else {
                newHash = .node(newHash, other)
            }
            place.climb()
        }
        guard place.isRoot else { throw .wrongLength }
        guard oldHash == old.root else { throw .otherOldRoot }
        guard newHash == new.root else { throw .otherRoot }
    }
}

/// A place on the way from a leaf to the root.
private struct Place {
    /// The node's place in its row, and that of the last node there.
    private var index: Int
    private var last: Int

    init(_ index: Int, in size: Int) {
        self.index = index
        last = size - 1
    }

    var isRoot: Bool { last == 0 }

    /// Whether the next hash of the proof stands to the left.
    var isRightOrLast: Bool { index & 1 == 1 || index == last }

    /// Goes up a row, and past the rows in which the last node has no sibling.
    mutating func climb() {
        if index & 1 == 0, index == last {
            while index & 1 == 0, index != 0 { up() }
        }
        up()
    }

    /// Goes up as long as the node is a right child.
    mutating func climbToLeftEdge() {
        while index & 1 == 1 { up() }
    }

    private mutating func up() {
        index >>= 1
        last >>= 1
    }
}
