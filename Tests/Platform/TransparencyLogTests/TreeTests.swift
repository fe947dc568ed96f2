// The tree and its proofs: against the definition for every tree of up to 64 leaves, against public
// vectors, and against damage.

import ClawgressBytes
import ClawgressTransparencyLog
import TestKit
import Testing

@Suite("tree of the log")
struct TreeTests {
    @Test("has the roots of the RFC's reference tree")
    func referenceRoots() {
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var edge = TreeEdge()
        #expect(Hexadecimal.encode(edge.head.root.bytes) == roots[0])
        for (entry, root) in zip(PlainTree.sampleEntries, roots.dropFirst()) {
            edge.append(.leaf(entry))
            #expect(Hexadecimal.encode(edge.head.root.bytes) == root)
        }
    }

    @Test("has the root of the definition at every size, and goes on from its edge")
    func roots() throws {
        let leaves = PlainTree.leaves(300)
        var edge = TreeEdge()
        for size in 0...300 {
            let expected = PlainTree.root(leaves.prefix(size))
            #expect(edge.head == TreeHead(size: size, root: expected))
            let nodes = TreeNode.edge(ofTree: size)
            #expect(nodes.count == edge.hashes.count)
            #expect(nodes.flatMap(\.leaves) == Array(0..<size))
            edge = try #require(TreeEdge(size: size, hashes: edge.hashes))
            if size < 300 { edge.append(leaves[size]) }
        }
        #expect(TreeEdge(size: 3, hashes: [.emptyTree]) == nil)
        #expect(TreeEdge(size: -1, hashes: []) == nil)
        #expect(TreeHash([UInt8](repeating: 0, count: 31)) == nil)
        #expect(TreeHash(base64: "AAAA") == nil)
    }

    @Test("grows by full subtrees as by their leaves")
    func subtrees() {
        let leaves = PlainTree.leaves(556)
        var edge = TreeEdge()
        var nodes: [TreeNode: TreeHash] = [:]
        for (start, level) in [(0, 8), (256, 8), (512, 5), (544, 3), (552, 0), (553, 0), (554, 1)] {
            let part = leaves[start..<start + 1 << level]
            edge.append(PlainTree.root(part), level: level) { nodes[$0] = $1 }
            #expect(edge.head.root == PlainTree.root(leaves.prefix(start + 1 << level)))
        }
        #expect(edge == GrownTree(leaves).edge)
        // Of each only what is not within a subtree is told.
        #expect(nodes[TreeNode(level: 0, index: 0)] == nil && nodes.count == 10)
        #expect(nodes.allSatisfy { GrownTree(leaves).nodes[$0] == $1 })
    }

    @Test("proves every leaf of every tree of up to 64 leaves, in the one way")
    func inclusion() throws {
        let leaves = PlainTree.leaves(64)
        let grown = GrownTree(leaves)
        for size in 1...64 {
            let head = TreeHead(size: size, root: PlainTree.root(leaves.prefix(size)))
            #expect(grown.hashes(.root(of: size)) == [head.root])
            for index in 0..<size {
                let proof = try #require(grown.hashes(.inclusion(of: index, in: size)))
                #expect(proof == PlainTree.path(index, leaves.prefix(size)))
                try TreeProof.checkInclusion(of: leaves[index], at: index, in: head, proof)
                for other in 0..<size where other != index {
                    #expect(throws: ProofError.self) {
                        try TreeProof.checkInclusion(of: leaves[index], at: other, in: head, proof)
                    }
                }
            }
        }
    }

    @Test("proves every tree of up to 64 leaves to be the beginning of every later one")
    func consistency() throws {
        let leaves = PlainTree.leaves(64)
        let grown = GrownTree(leaves)
        let heads = (0...64).map { TreeHead(size: $0, root: PlainTree.root(leaves.prefix($0))) }
        for new in 0...64 {
            for old in 0...new {
                let proof = try #require(grown.hashes(.consistency(from: old, to: new)))
                let isPlain = old > 0 && old < new
                #expect(proof == (isPlain ? PlainTree.proof(old, leaves.prefix(new)) : []))
                try TreeProof.checkConsistency(from: heads[old], to: heads[new], proof)
                for other in [old - 1, old + 1] where other > 0 && other < new && isPlain {
                    #expect(throws: ProofError.self) {
                        try TreeProof.checkConsistency(from: heads[other], to: heads[new], proof)
                    }
                }
            }
        }
    }

    @Test("refuses a proof of which a bit is changed, or a hash missing, added or moved")
    func damagedProofs() throws {
        let leaves = PlainTree.leaves(64)
        let grown = GrownTree(leaves)
        var tried = 0
        for size in 1...64 {
            let head = TreeHead(size: size, root: PlainTree.root(leaves.prefix(size)))
            for place in 0..<size {
                let path = try #require(grown.hashes(.inclusion(of: place, in: size)))
                for damaged in damage(path, bits: size <= 9 ? 256 : 3, seed: tried) {
                    tried += 1
                    #expect(throws: ProofError.self) {
                        try TreeProof.checkInclusion(
                            of: leaves[place],
                            at: place,
                            in: head,
                            damaged
                        )
                    }
                }
                guard place > 0 else { continue }
                let old = TreeHead(size: place, root: PlainTree.root(leaves.prefix(place)))
                let proof = try #require(grown.hashes(.consistency(from: place, to: size)))
                for damaged in damage(proof, bits: size <= 9 ? 256 : 3, seed: tried) {
                    tried += 1
                    #expect(throws: ProofError.self) {
                        try TreeProof.checkConsistency(from: old, to: head, damaged)
                    }
                }
            }
        }
        #expect(tried > 100_000)
    }

    /// A proof with one thing wrong, in every way: `bits` of each hash, from `seed` on.
    private func damage(_ proof: [TreeHash], bits: Int, seed: Int) -> [[TreeHash]] {
        var all = [proof + [.emptyTree], [.emptyTree] + proof]
        for place in proof.indices {
            all.append(Array(proof[..<place]) + proof[(place + 1)...])
            for bit in 0..<bits {
                var changed = proof
                changed[place] = changed[place].flipping((seed + bit * (256 / bits)) % 256)
                all.append(changed)
            }
            guard place > 0 else { continue }
            var moved = proof
            moved.swapAt(place, place - 1)
            all.append(moved)
        }
        return all
    }

    @Test("refuses roots of which a bit is changed")
    func damagedRoots() throws {
        let leaves = PlainTree.leaves(20)
        let grown = GrownTree(leaves)
        let new = grown.edge.head
        for size in 1...20 {
            let old = TreeHead(size: size, root: PlainTree.root(leaves.prefix(size)))
            let proof = try #require(grown.hashes(.consistency(from: size, to: 20)))
            for bit in 0..<256 {
                let wrongOld = TreeHead(size: size, root: old.root.flipping(bit))
                let wrongNew = TreeHead(size: 20, root: new.root.flipping(bit))
                #expect(throws: ProofError.self) {
                    try TreeProof.checkConsistency(from: wrongOld, to: new, proof)
                }
                #expect(throws: ProofError.self) {
                    try TreeProof.checkConsistency(from: old, to: wrongNew, proof)
                }
            }
        }
    }

    @Test("has no proofs for places and sizes that are none")
    func impossible() {
        #expect(throws: ProofError.indexOutOfRange(index: 3, size: 3)) {
            try ProofPlan.inclusion(of: 3, in: 3)
        }
        #expect(throws: ProofError.indexOutOfRange(index: -1, size: 3)) {
            try ProofPlan.inclusion(of: -1, in: 3)
        }
        #expect(throws: ProofError.sizesOutOfOrder(old: 4, new: 3)) {
            try ProofPlan.consistency(from: 4, to: 3)
        }
        let head = TreeHead(size: 2, root: .emptyTree)
        #expect(throws: ProofError.indexOutOfRange(index: 2, size: 2)) {
            try TreeProof.checkInclusion(of: .emptyTree, at: 2, in: head, [])
        }
        #expect(throws: ProofError.otherOldRoot) {
            let wrong = TreeHead(size: 0, root: .leaf([]))
            try TreeProof.checkConsistency(from: wrong, to: head, [])
        }
        #expect(throws: ProofError.otherRoot) {
            let other = TreeHead(size: 2, root: .leaf([]))
            try TreeProof.checkConsistency(from: head, to: other, [])
        }
    }

    @Test("proves what it holds in great trees, too")
    func greatTrees() throws {
        let leaves = PlainTree.leaves(5_000)
        let grown = GrownTree(leaves)
        var random = SplitMix64(seed: 0x106)
        for _ in 0..<200 {
            let new = Int(random.next() % 5_000) + 1
            let old = Int(random.next() % UInt64(new)) + 1
            let index = Int(random.next() % UInt64(new))
            let roots = try [old, new].map { size in
                TreeHead(size: size, root: try #require(grown.hashes(.root(of: size))?.first))
            }
            let path = try #require(grown.hashes(.inclusion(of: index, in: new)))
            try TreeProof.checkInclusion(of: leaves[index], at: index, in: roots[1], path)
            let proof = try #require(grown.hashes(.consistency(from: old, to: new)))
            try TreeProof.checkConsistency(from: roots[0], to: roots[1], proof)
        }
    }
}
