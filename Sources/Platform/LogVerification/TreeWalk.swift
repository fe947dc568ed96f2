// The way through a log that is in order: every entry is read once, hashed, and looked at as a
// record, and the tree that the entries make is held against the signed root and the files of hashes.
// What a file of entries is by itself is found out side by side, a few dozen files at a time; what
// they make together, in their order.

import ClawgressTransparencyLog

/// What a walk through all entries came to.
struct TreeWalk<Source: LogSource> {
    /// So many files of entries are looked at before what they are is put together: enough for the
    /// processors of a large machine, and a few megabytes.
    private static var bundlesAtOnce: Int { 32 }
    /// More damaged files tell nobody more.
    private static var damagedMax: Int { 16 }

    private let files: TreeFiles<Source>
    private let sharing: WorkSharing
    /// Entries before it may have been pruned: then their hashes stand for them.
    private let minimum: Int
    /// The sizes at which earlier checkpoints saw the tree and which it has not reached, greatest first.
    private var awaited: [Int]
    private var edge = TreeEdge()
    /// Hashes that are not in a full tile yet, of the tiles' levels from 1 on.
    private var rows: [[TreeHash]] = []
    private var counts: [Int] = []
    private(set) var survey = RecordSurvey()
    /// The roots of the tree when it had the remembered sizes.
    private(set) var rememberedRoots: [Int: TreeHash] = [:]
    /// How many entries were pruned.
    private(set) var pruned = 0
    /// Files of hashes that are not what the entries make.
    private(set) var damaged: [String] = []

    init(
        _ files: TreeFiles<Source>,
        _ sharing: WorkSharing,
        remembered: [Int],
        minimum: Int
    ) {
        self.files = files
        self.sharing = sharing
        self.minimum = minimum
        awaited = Set(remembered).sorted(by: >)
        remember()
    }

    /// The tree that the entries make so far.
    var head: TreeHead { edge.head }

    /// Reads the log from the first entry to the last.
    ///
    /// - Returns: false if a file of entries is damaged, or is missing and may not be; the walk ends
    ///   at the first one.
    mutating func run(_ progress: (Int) -> Void) throws(LogFailure) -> Bool {
        for start in stride(from: 0, to: files.bundleCount, by: Self.bundlesAtOnce) {
            let bundles = start..<min(start + Self.bundlesAtOnce, files.bundleCount)
            for result in read(bundles) {
                guard let check = try result.get() else { return false }
                try take(check)
                progress(edge.size)
            }
        }
        for row in rows.indices where !rows[row].isEmpty { try compare(row) }
        return true
    }

    private func read(_ bundles: Range<Int>) -> [Result<BundleCheck?, LogFailure>] {
        let (files, minimum) = (files, minimum)
        files.announce(bundles, withHashes: true)
        return sharing.results(bundles.count) { place in
            do throws(LogFailure) {
                let index = bundles.lowerBound + place
                return .success(try BundleCheck.read(index, of: files, minimum: minimum))
            } catch {
                return .failure(error)
            }
        }
    }

    private mutating func take(_ check: BundleCheck) throws(LogFailure) {
        if check.isPruned {
            // Only the root tells whether the hashes are the signed ones.
            survey.beginsLate = true
            pruned += check.leaves.count
        }
        survey.take(check.records, at: edge.size)
        note(damaged: check.damaged)
        if let root = check.root, !isAwaited(before: edge.size + check.leaves.count) {
            append(root, level: TileName.rows)
        } else {
            for leaf in check.leaves { append(leaf, level: 0) }
        }
        for row in rows.indices where rows[row].count == TileName.widthMax { try compare(row) }
    }

    private func isAwaited(before size: Int) -> Bool {
        awaited.last.map { $0 < size } ?? false
    }

    private mutating func remember() {
        guard edge.size == awaited.last else { return }
        awaited.removeLast()
        rememberedRoots[edge.size] = edge.head.root
    }

    private mutating func append(_ hash: TreeHash, level: Int) {
        var found: [(row: Int, hash: TreeHash)] = []
        edge.append(hash, level: level) { node, hash in
            guard node.level > 0, node.level.isMultiple(of: TileName.rows) else { return }
            found.append((node.level / TileName.rows - 1, hash))
        }
        for (row, hash) in found {
            if rows.count == row {
                rows.append([])
                counts.append(0)
            }
            rows[row].append(hash)
        }
        remember()
    }

    /// Holds what the entries make against the file that has it.
    private mutating func compare(_ row: Int) throws(LogFailure) {
        let (hashes, index, level) = (rows[row], counts[row], row + 1)
        counts[row] += 1
        rows[row].removeAll(keepingCapacity: true)
        guard damaged.count < Self.damagedMax,
            try files.hashes(level: level, index: index) != hashes
        else { return }
        note(damaged: TileName(.hashes(level: level), index: index, ofTree: files.size))
    }

    private mutating func note(damaged name: TileName?) {
        guard let name, damaged.count < Self.damagedMax else { return }
        damaged.append(name.path)
    }
}
