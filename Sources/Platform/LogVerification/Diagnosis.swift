// What was done to a log whose entries do not make the signed tree: every entry is held against the
// signed hash of its place, where the files of hashes still lead from it to the signed root.

import ClawgressTransparencyLog

/// Compares entries with the hashes that were signed.
struct Diagnosis<Source: LogSource> {
    /// So many files in a row may be missing, before a log is taken to end there: its size is only
    /// what somebody signed.
    private static var filesMissed: Int { 4_096 }

    private let files: TreeFiles<Source>
    /// Entries before it may have been pruned.
    private let minimum: Int
    /// How many entries were.
    private(set) var pruned = 0
    private var tiles: TrustedTiles<Source>
    private var difference = Difference()
    /// The files of entries that no signed hash vouches for.
    private var unknown: Range<Int>?
    /// The first place without an entry, as long as nothing else is wrong before it.
    private var end: Int?
    /// Whether an entry stands behind that place.
    private var goesOn = false
    private(set) var damaged: [String] = []

    init(_ source: Source, _ head: TreeHead, minimum: Int) throws(LogFailure) {
        self.minimum = minimum
        tiles = try TrustedTiles(TreeFiles(source: source, size: head.size), head)
        files = tiles.files
    }

    /// Looks at the files of entries with these numbers.
    ///
    /// - Parameter entry: is told of every entry that is what was signed.
    mutating func run(
        _ bundles: Range<Int>,
        _ entry: (Bundle, Range<Int>, Int) -> Void = { _, _, _ in },
        progress: (Int) -> Void
    ) throws(LogFailure) {
        var lastSeen = bundles.lowerBound
        for index in bundles {
            if difference.isTooGreat || index - lastSeen > Self.filesMissed { break }
            var bundle = try files.bundle(index)
            if bundle == nil, (index + 1) * TileName.widthMax <= minimum {
                pruned += TileName.widthMax
                lastSeen = index
                // Its hashes stand for the entries, so they are looked at in their place.
                if tiles.isRooted, try tiles.hashes(level: 0, index: index) == nil,
                    let name = TileName(.hashes(level: 0), index: index)
                {
                    damaged.append(name.path)
                }
                continue
            }
            // Where a shorter log ends, its last file has another name.
            if bundle == nil, end == nil {
                bundle = try files.shorterBundle(index)
            }
            let leaves = bundle?.leaves ?? []
            if !leaves.isEmpty { lastSeen = index }
            if let signed = try tiles.hashes(level: 0, index: index) {
                compare(signed, leaves, bundle, index)
                guard let bundle else { continue }
                for (offset, place) in bundle.places.enumerated()
                where offset < signed.count && leaves[offset] == signed[offset] {
                    entry(bundle, place, index * TileName.widthMax + offset)
                }
            } else {
                try judge(leaves, index)
            }
            progress(min((index + 1) * TileName.widthMax, files.size))
        }
    }

    private mutating func compare(
        _ signed: [TreeHash],
        _ leaves: [TreeHash],
        _ bundle: Bundle?,
        _ index: Int
    ) {
        let first = index * TileName.widthMax
        if end != nil, !leaves.isEmpty { goesOn = true }
        for offset in 0..<max(signed.count, leaves.count) {
            let wanted = offset < signed.count ? signed[offset] : nil
            let found = offset < leaves.count ? leaves[offset] : nil
            guard wanted != found else { continue }
            if found == nil, difference.first == nil { end = first + offset }
            if found != nil { goesOn = true }
            difference.note(signed: wanted, found: found, at: first + offset)
        }
        // The entries are all there, and bytes behind them that belong to none.
        if let bundle, !bundle.isWhole, leaves == signed {
            difference.note(signed: nil, found: .emptyTree, at: first + leaves.count)
        }
    }

    /// Without the hashes of the file, the root over them tells that it is good, or nothing.
    private mutating func judge(_ leaves: [TreeHash], _ index: Int) throws(LogFailure) {
        if let signed = try tiles.root(level: 0, index: index), leaves.count == TileName.widthMax,
            TrustedTiles<Source>.root(of: leaves) == signed
        {
            if let name = TileName(.hashes(level: 0), index: index, ofTree: files.size) {
                damaged.append(name.path)
            }
            return
        }
        let first = index * TileName.widthMax
        if end != nil, !leaves.isEmpty { goesOn = true }
        if first + leaves.count < min(first + TileName.widthMax, files.size), end == nil,
            difference.first == nil
        {
            end = first + leaves.count
        }
        unknown = (unknown?.lowerBound ?? index)..<index + 1
    }

    /// What was done.
    var findings: [LogFinding] {
        var findings: [LogFinding] = []
        if let end, !goesOn {
            findings = [.shorter(found: end, signed: files.size)]
        } else {
            findings = difference.findings
        }
        // Where the end is gone, so are the hashes from which the root was put together.
        if let unknown, tiles.isRooted || end == nil || goesOn {
            let width = TileName.widthMax
            let entries = unknown.lowerBound * width
            findings.append(.rewritten(entries..<min(unknown.upperBound * width, files.size)))
        }
        return findings + damaged.map { .tile(path: $0) }
    }
}
