// The tree as far as its files can still change: its right edge, the hashes of each level that fill
// no tile yet, and the entries that fill no bundle. Pure: files come out as names and bytes.

import ClawgressTransparencyLog

/// A file of the log with its content.
struct TileFile {
    let name: TileName
    let content: [UInt8]
}

/// A tree that entries are appended to.
struct GrowingTree {
    private(set) var edge = TreeEdge()
    /// For each level the hashes behind the last full tile, at most 255.
    private var rows: [[TreeHash]] = []
    /// The entries behind the last full bundle, as they lie in it.
    private var bundle: [UInt8] = []

    /// A tree without leaves.
    init() {}

    /// A tree of which everything is known that can change.
    ///
    /// - Parameters:
    ///   - rows: for each level the hashes behind the last full tile.
    ///   - bundle: the content behind the last full bundle.
    init(edge: TreeEdge, rows: [[TreeHash]], bundle: [UInt8]) {
        self.edge = edge
        self.rows = rows
        self.bundle = bundle
    }

    /// How many entries there are.
    var size: Int { edge.size }

    /// Appends an entry; full files go to `files`.
    mutating func append(_ entry: LogEntry, to files: inout [TileFile]) {
        // A record has at most 16 KiB, and an entry may have 64.
        precondition((try? EntryBundle.append(entry.bytes, to: &bundle)) != nil, "a short entry")
        append(leaf: entry.leaf, to: &files)
        guard size % TileName.widthMax == 0,
            let name = TileName(.entries, index: size / TileName.widthMax - 1)
        else { return }
        files.append(TileFile(name: name, content: bundle))
        bundle.removeAll(keepingCapacity: true)
    }

    /// Appends an entry of which only the hash is left; the bundle that it was in is not made again.
    mutating func append(leaf: TreeHash, to files: inout [TileFile]) {
        var (rows, full) = (rows, [TileFile]())
        self.rows = []
        edge.append(leaf) { node, hash in
            guard node.level % 8 == 0 else { return }
            let level = node.level / 8
            if level == rows.count { rows.append([]) }
            rows[level].append(hash)
            guard rows[level].count == TileName.widthMax else { return }
            let name = TileName(.hashes(level: level), index: node.index / TileName.widthMax)
            if let name { full.append(TileFile(name: name, content: Self.content(rows[level]))) }
            rows[level].removeAll(keepingCapacity: true)
        }
        self.rows = rows
        files += full
    }

    /// The files of the right edge that are not full.
    var partialFiles: [TileFile] {
        var files: [TileFile] = []
        let width = size % TileName.widthMax
        if let name = TileName(.entries, index: size / TileName.widthMax, width: width) {
            files.append(TileFile(name: name, content: bundle))
        }
        for (level, row) in rows.enumerated() {
            let index = (size >> (8 * level)) / TileName.widthMax
            // Nil without hashes: then the last tile is full, and written.
            let name = TileName(.hashes(level: level), index: index, width: row.count)
            if let name { files.append(TileFile(name: name, content: Self.content(row))) }
        }
        return files
    }

    private static func content(_ hashes: [TreeHash]) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(hashes.count * TreeHash.length)
        for hash in hashes { hash.append(to: &content) }
        return content
    }
}
