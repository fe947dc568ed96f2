// Hashes that lead to the signed root, one tile after the other from the top. They tell which
// entries are the signed ones where the entries alone only tell that something is wrong.

import ClawgressTransparencyLog

/// The tiles of a tree, as far as they are what was signed.
struct TrustedTiles<Source: LogSource> {
    let files: TreeFiles<Source>
    /// Whether the tree's right edge leads to its root; without it no hash can be believed.
    let isRooted: Bool
    /// The last tile of each level that was asked for: neighbours ask for the same ones.
    private var cache: [Int: (index: Int, hashes: [TreeHash]?)] = [:]

    init(_ files: TreeFiles<Source>, _ head: TreeHead) throws(LogFailure) {
        self.files = files
        isRooted = try Self.root(files) == head.root
    }

    /// The root that the files tell; nil if one of them is missing.
    private static func root(_ files: TreeFiles<Source>) throws(LogFailure) -> TreeHash? {
        var hashes: [TreeHash] = []
        for node in TreeNode.edge(ofTree: files.size) {
            guard let hash = try files.hash(of: node) else { return nil }
            hashes.append(hash)
        }
        return TreeEdge(size: files.size, hashes: hashes)?.head.root
    }

    /// The signed hashes of a tile; nil if they are not there.
    mutating func hashes(level: Int, index: Int) throws(LogFailure) -> [TreeHash]? {
        guard isRooted else { return nil }
        if let cached = cache[level], cached.index == index { return cached.hashes }
        let trusted = try trustedHashes(level: level, index: index)
        cache[level] = (index, trusted)
        return trusted
    }

    private mutating func trustedHashes(
        level: Int,
        index: Int
    ) throws(LogFailure) -> [TreeHash]? {
        guard let hashes = try files.hashes(level: level, index: index) else { return nil }
        // One that is not full is on the edge, from which the root was put together.
        guard hashes.count == TileName.widthMax else { return hashes }
        let signed = try root(level: level, index: index)
        return Self.root(of: hashes) == signed ? hashes : nil
    }

    /// The signed root over all hashes of a full tile; nil if it is not known.
    mutating func root(level: Int, index: Int) throws(LogFailure) -> TreeHash? {
        let width = TileName.widthMax
        return try hashes(level: level + 1, index: index / width)?[index % width]
    }

    /// The root over hashes that stand side by side.
    static func root(of hashes: [TreeHash]) -> TreeHash {
        var edge = TreeEdge()
        for hash in hashes { edge.append(hash) }
        return edge.head.root
    }

    /// The root over the hashes of a tile; nil if it is not full.
    static func root(ofFull hashes: [TreeHash]) -> TreeHash? {
        hashes.count == TileName.widthMax ? root(of: hashes) : nil
    }
}

extension TreeFiles {
    /// The root of a full subtree, as its file tells it; nil if the file is missing or damaged.
    func hash(of node: TreeNode) throws(LogFailure) -> TreeHash? {
        guard let name = TileName.holding(node, ofTree: size),
            case .hashes(let level) = name.kind,
            let content = try tile(level: level, index: name.index)
        else { return nil }
        return name.hash(of: node, in: content)
    }
}
