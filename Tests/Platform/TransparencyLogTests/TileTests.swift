// The files of a log: their names, what must be there at which size, and that all proofs can be put
// together from them alone.

import ClawgressTransparencyLog
import Testing

@Suite("tiles of the log")
struct TileTests {
    @Test(
        "have paths of groups of three digits",
        arguments: [
            (0, 256, "tile/0/000"), (999, 256, "tile/0/999"), (1_000, 256, "tile/0/x001/000"),
            (1_234_067, 256, "tile/0/x001/x234/067"), (67, 1, "tile/0/067.p/1"),
            (1_000_000, 255, "tile/0/x001/x000/000.p/255"),
        ]
    )
    func paths(index: Int, width: Int, path: String) throws {
        let name = try #require(TileName(.hashes(level: 0), index: index, width: width))
        #expect(name.path == path && TileName(path: path) == name)
        let entries = try #require(TileName(.entries, index: index, width: width))
        let entriesPath = "tile/entries/" + path.dropFirst("tile/0/".count)
        #expect(entries.path == entriesPath && TileName(path: entriesPath) == entries)
    }

    @Test(
        "refuse paths with a second spelling, or of files that no log has",
        arguments: [
            "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/0000", "tile/00/000",
            "tile/8/000", "tile/64/000", "tile/-1/000", "tile/x/000", "tile/0/x000/000",
            "tile/0/x001", "tile/0/001/000", "tile/0/x01/000", "tile/0/x001/x000",
            "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p", "tile/0/000/",
            "/tile/0/000", "tile/0/000.p/1/2", "tile/0/٠٠٠", "tile/Entries/000",
            "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/000.p.p/1", "tile/0/+01",
        ]
    )
    func badPaths(path: String) {
        #expect(TileName(path: path) == nil)
    }

    @Test("are those of the specification's example")
    func example() {
        let names = TileName.added(from: 0, to: 70_000).filter { $0.kind != .entries }
        let full = names.filter { !$0.isPartial }
        #expect(full.count { $0.kind == .hashes(level: 0) } == 273)
        #expect(full.count { $0.kind == .hashes(level: 1) } == 1)
        #expect(
            names.filter(\.isPartial).map(\.path)
                == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
        )
        #expect(
            TileName.added(from: 0, to: 256).map(\.path)
                == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
        )
        #expect(
            TileName.added(from: 255, to: 257).map(\.path)
                == [
                    "tile/entries/000", "tile/entries/001.p/1", "tile/0/000", "tile/0/001.p/1",
                    "tile/1/000.p/1",
                ]
        )
        #expect(TileName.added(from: 5, to: 5).isEmpty && TileName.added(from: 6, to: 5).isEmpty)
    }

    /// A log's files of hashes, written as it grows from size to size.
    private func files(_ leaves: [TreeHash], sizes: [Int]) -> [TileName: [UInt8]] {
        let grown = GrownTree(leaves)
        var files: [TileName: [UInt8]] = [:]
        var old = 0
        for size in sizes {
            for name in TileName.added(from: old, to: size) {
                guard case .hashes(let level) = name.kind else { continue }
                var content: [UInt8] = []
                for place in 0..<name.width {
                    let index = name.index * TileName.widthMax + place
                    grown.nodes[TreeNode(level: 8 * level, index: index)]?.append(to: &content)
                }
                files[name] = content
            }
            old = size
        }
        return files
    }

    @Test("have all that proofs take, at every size that had a checkpoint")
    func proofs() throws {
        let leaves = PlainTree.leaves(66_000)
        let sizes = [1, 2, 255, 256, 257, 511, 512, 1_000, 65_535, 65_536, 65_537, 66_000]
        let files = files(leaves, sizes: sizes)
        var head = TreeHead(size: 0, root: .emptyTree)
        for size in sizes {
            func node(_ node: TreeNode) throws -> TreeHash {
                let name = try #require(TileName.holding(node, ofTree: size))
                let content = try #require(files[name])
                return try #require(name.hash(of: node, in: content))
            }
            let roots = try ProofPlan.root(of: size).hashes(node)
            let root = try #require(roots.first)
            let new = TreeHead(size: size, root: root)
            try TreeProof.checkConsistency(
                from: head,
                to: new,
                try ProofPlan.consistency(from: head.size, to: size).hashes(node)
            )
            for index in Set([0, size / 3, size / 2, size - 1]) {
                let path = try ProofPlan.inclusion(of: index, in: size).hashes(node)
                try TreeProof.checkInclusion(of: leaves[index], at: index, in: new, path)
            }
            head = new
        }
        #expect(head.root == GrownTree(leaves).edge.head.root)
    }

    @Test("give no hash of a node that is elsewhere, or from content of another length")
    func foreignNodes() throws {
        let name = try #require(TileName(.hashes(level: 0), index: 1, width: 3))
        let content = PlainTree.leaves(3).flatMap(\.bytes)
        #expect(name.hash(of: TreeNode(level: 0, index: 258), in: content) != nil)
        #expect(name.hash(of: TreeNode(level: 1, index: 128), in: content) != nil)
        for node in [
            TreeNode(level: 0, index: 259), TreeNode(level: 0, index: 255),
            TreeNode(level: 1, index: 129), TreeNode(level: 8, index: 1),
            TreeNode(level: 0, index: -1), TreeNode(level: 7, index: .max),
        ] {
            #expect(name.hash(of: node, in: content) == nil)
        }
        #expect(name.hash(of: TreeNode(level: 0, index: 256), in: content + [0]) == nil)
        #expect(TileName.holding(TreeNode(level: 3, index: 1), ofTree: 15) == nil)
        #expect(TileName(.hashes(level: 8), index: 0) == nil)
        #expect(TileName(.entries, index: 0, width: 257) == nil)
    }

    @Test("hold entries behind their lengths, and nothing else")
    func entries() throws {
        let entries = [[], [1], [UInt8](repeating: 7, count: 65_535), [2, 3]]
        var content: [UInt8] = []
        for entry in entries { try EntryBundle.append(entry, to: &content) }
        #expect(try EntryBundle.entries(content, count: 4) == entries)
        #expect(content.prefix(5) == [0, 0, 0, 1, 1])
        for count in [0, 3, 5] {
            #expect(throws: EntryBundleError.wrongCount) {
                try EntryBundle.entries(content, count: count)
            }
        }
        for cut in [1, 2, 3] {
            #expect(throws: EntryBundleError.wrongCount) {
                try EntryBundle.entries(Array(content.dropLast(cut)), count: 4)
            }
        }
        #expect(throws: EntryBundleError.entryTooLong(bytes: 65_536)) {
            try EntryBundle.append([UInt8](repeating: 0, count: 65_536), to: &content)
        }
        #expect(try EntryBundle.entries([], count: 0).isEmpty)
    }
}
