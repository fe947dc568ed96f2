// The way through a log that is in order: every entry is read once, hashed, and looked at as a
// record, and the tree that the entries make is held against the signed root and the files of hashes.

import ClawgressTransparencyLog

/// What a walk through all entries came to.
struct TreeWalk<Source: LogSource> {
    /// More damaged files tell nobody more.
    private static var damagedMax: Int { 16 }

    private let files: TreeFiles<Source>
    /// Entries before it may have been pruned: then their hashes stand for them.
    private let minimum: Int
    /// The sizes at which earlier checkpoints saw the tree and which it has not reached, greatest first.
    private var awaited: [Int]
    private var edge = TreeEdge()
    /// Hashes of each level that are not in a full tile yet.
    private var rows: [[TreeHash]] = []
    private var counts: [Int] = []
    private(set) var survey = RecordSurvey()
    /// The roots of the tree when it had the remembered sizes.
    private(set) var rememberedRoots: [Int: TreeHash] = [:]
    /// How many entries were pruned.
    private(set) var pruned = 0
    /// Files of hashes that are not what the entries make.
    private(set) var damaged: [String] = []

    init(_ files: TreeFiles<Source>, remembered: [Int], minimum: Int) {
        self.files = files
        self.minimum = minimum
        awaited = Set(remembered).sorted(by: >)
        remember()
    }

    /// The tree that the entries make so far.
    var head: TreeHead { edge.head }

    /// Reads the log from the first entry to the last.
    ///
    /// - Returns: false if a file of entries is damaged, or is missing and may not be; the walk ends
    ///   there.
    mutating func run(_ progress: (Int) -> Void) throws(LogFailure) -> Bool {
        for index in 0..<files.bundleCount {
            files.announce(index, withHashes: true)
            if let bundle = try files.bundle(index) {
                guard bundle.isWhole else { return false }
                try take(bundle)
            } else {
                guard (index + 1) * TileName.widthMax <= minimum,
                    let hashes = try files.hashes(level: 0, index: index)
                else { return false }
                try skip(hashes)
            }
            progress(edge.size)
        }
        for level in rows.indices where !rows[level].isEmpty { try compare(level) }
        return true
    }

    private mutating func take(_ bundle: Bundle) throws(LogFailure) {
        let content = bundle.content.span
        for place in bundle.places {
            survey.take(content.extracting(place), at: edge.size)
            append(TreeHash.leaf(bundle.content[place]))
            remember()
        }
        try compareFull()
    }

    /// Takes the hashes of pruned entries; only the root tells whether they are the signed ones.
    private mutating func skip(_ hashes: [TreeHash]) throws(LogFailure) {
        survey.beginsLate = true
        pruned += hashes.count
        for hash in hashes {
            append(hash)
            remember()
        }
        try compareFull()
    }

    private mutating func remember() {
        guard edge.size == awaited.last else { return }
        awaited.removeLast()
        rememberedRoots[edge.size] = edge.head.root
    }

    private mutating func compareFull() throws(LogFailure) {
        for level in rows.indices where rows[level].count == TileName.widthMax {
            try compare(level)
        }
    }

    private mutating func append(_ leaf: TreeHash) {
        var found: [(level: Int, hash: TreeHash)] = []
        edge.append(leaf) { node, hash in
            if node.level.isMultiple(of: 8) { found.append((node.level / 8, hash)) }
        }
        for (level, hash) in found {
            if rows.count == level {
                rows.append([])
                counts.append(0)
            }
            rows[level].append(hash)
        }
    }

    /// Holds what the entries make against the file that has it.
    private mutating func compare(_ level: Int) throws(LogFailure) {
        let index = counts[level]
        let row = rows[level]
        counts[level] += 1
        rows[level].removeAll(keepingCapacity: true)
        guard damaged.count < Self.damagedMax,
            try files.hashes(level: level, index: index) != row,
            let name = TileName(.hashes(level: level), index: index, ofTree: files.size)
        else { return }
        damaged.append(name.path)
    }
}
