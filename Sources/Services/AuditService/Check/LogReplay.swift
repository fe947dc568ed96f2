// The signed tree made again from its entries. Whatever can be wrong with the log's files shows here:
// every file must be the one that the entries give, and every checkpoint must be of this tree.

import ClawgressBytes
import ClawgressRecords
import ClawgressTransparencyLog

/// Reads a whole log.
struct LogReplay {
    let places: AuditPlaces
    let key: NoteKey
    private(set) var checkpoints = 0
    /// A tree that somebody has signed and that this one must have been; nil once it was.
    private(set) var awaited: TreeHead?
    /// The bytes of the notice of what was pruned; nil without one.
    let notice: [UInt8]?
    /// Entries before it may have been pruned.
    let minimum: Int
    /// What is known of records before this entry, pruned ones among them, is in ``kept``; 0 for a log
    /// without pruned entries.
    let known: Int
    /// Which records were pruned only the ledger on the disk knows; nil if none were.
    private var kept: StreamLedger?
    /// The records of the entries that were read.
    private var seen: StreamLedger
    /// What heartbeats said: those among the entries, and those that only the file on the disk knows.
    private var announced = AnnouncedNumbers()
    private var tree = GrowingTree()

    /// - Throws: `LogOpeningError`, if it cannot be read what was pruned.
    init(
        _ places: AuditPlaces,
        key: NoteKey,
        settings: LogSettings,
        awaited: TreeHead? = nil
    ) throws(LogOpeningError) {
        self.places = places
        self.key = key
        self.awaited = awaited
        notice = try RetentionFile.content(places)
        minimum = try RetentionFile.notice(notice, places, key, size: .max)?.minimum ?? 0
        seen = StreamLedger(runsMax: settings.runsMax)
        guard minimum > 0 else {
            (kept, known) = (nil, 0)
            return
        }
        let streams = try LogRecovery.streams(places, settings)
        (kept, announced, known) = (streams.ledger, streams.announced, streams.size)
    }

    /// What is to be kept of the records of the log, when it has `size` entries.
    func streams(size: Int) -> KeptStreams {
        KeptStreams(ledger: kept ?? seen, announced: announced, size: size)
    }

    private var tiles: TileFolder {
        TileFolder(path: places.log, staging: places.staging, disk: LogDisk())
    }

    /// Goes through the log up to the tree of `size` entries.
    ///
    /// - Parameters:
    ///   - entry: is given each entry with its index.
    ///   - files: is given the files that are as they must be.
    ///   - note: is given each checkpoint that is of this tree.
    mutating func run(
        size: Int,
        entry: (Int, LogEntry) throws(LogOpeningError) -> Void = { _, _ in },
        files: ([TileFile]) throws(LogOpeningError) -> Void = { _ in },
        note: (SignedNote) throws(LogOpeningError) -> Void = { _ in }
    ) throws(LogOpeningError) {
        var book: BookReader
        do throws(FileError) {
            book = try BookReader(places.checkpoints)
        } catch {
            throw .file(error)
        }
        var next = try read(&book)
        for index in 0..<(size + TileName.widthMax - 1) / TileName.widthMax {
            try check(&next, &book, note)
            var made: [TileFile] = []
            if let entries = try bundle(index, size) {
                for bytes in entries {
                    let record = try record(bytes)
                    try entry(tree.size, record)
                    tree.append(record, to: &made)
                    try check(&next, &book, note)
                }
            } else {
                for leaf in try prunedLeaves(index, size) {
                    tree.append(leaf: leaf, to: &made)
                    try check(&next, &book, note)
                }
            }
            try compare(made)
            try files(made)
        }
        try check(&next, &book, note)
        try compare(tree.partialFiles)
        try files(tree.partialFiles)
    }

    private typealias Signed = (note: SignedNote, head: TreeHead)

    private func read(_ book: inout BookReader) throws(LogOpeningError) -> Signed? {
        guard let note = try book.next() else { return nil }
        do throws(CheckpointError) {
            return (note, try Checkpoint.verified(note, of: key.name, by: [key]).head)
        } catch {
            throw .tree(.checkpoint(error.description))
        }
    }

    /// Holds the tree against the checkpoints of its size.
    private mutating func check(
        _ next: inout Signed?,
        _ book: inout BookReader,
        _ note: (SignedNote) throws(LogOpeningError) -> Void
    ) throws(LogOpeningError) {
        if awaited?.size == tree.size, awaited == tree.edge.head { awaited = nil }
        while let signed = next, signed.head.size <= tree.size {
            guard signed.head == tree.edge.head else {
                throw .tree(.otherTree(size: signed.head.size))
            }
            try note(signed.note)
            checkpoints += 1
            next = try read(&book)
        }
    }

    /// The entries of a file; nil if it was pruned.
    private func bundle(_ index: Int, _ size: Int) throws(LogOpeningError) -> [[UInt8]]? {
        let width = min(TileName.widthMax, size - index * TileName.widthMax)
        guard let name = TileName(.entries, index: index, width: width) else { return [] }
        do throws(TreeError) {
            return try tiles.entries(of: name)
        } catch .missing where index * TileName.widthMax + width <= minimum {
            return nil
        } catch {
            throw .tree(error)
        }
    }

    /// The hashes that stay when entries go; the signed root tells whether they are the right ones.
    private func prunedLeaves(_ index: Int, _ size: Int) throws(LogOpeningError) -> [TreeHash] {
        let first = index * TileName.widthMax
        var leaves: [TreeHash] = []
        do throws(TreeError) {
            for place in first..<first + TileName.widthMax {
                leaves.append(try tiles.hash(of: TreeNode(level: 0, index: place), ofTree: size))
            }
        } catch {
            throw .tree(error)
        }
        return leaves
    }

    private mutating func record(_ bytes: [UInt8]) throws(LogOpeningError) -> LogEntry {
        let entry: LogEntry
        do throws(RecordRefusal) {
            entry = try LogEntry(bytes)
        } catch {
            throw .journal(.entry(index: tree.size, error))
        }
        if let sign = entry.sign { announced.take(sign, of: entry.key) }
        let isFirst: Bool
        var isNew: Bool?
        do throws(LedgerFull) {
            isFirst = try seen.insert(entry.key)
            isNew = try kept?.insert(entry.key)
        } catch {
            throw .ledger(path: places.streams, reason: "`streams_max` is too small for it")
        }
        guard isFirst else { throw .twice(index: tree.size) }
        if let isNew, isNew == (tree.size < known) {
            guard isNew else { throw .twice(index: tree.size) }
            throw .ledger(path: places.streams, reason: "it lacks the record of entry \(tree.size)")
        }
        return entry
    }

    private func compare(_ files: [TileFile]) throws(LogOpeningError) {
        for file in files {
            let content: [UInt8]?
            do throws(FileError) {
                content = try tiles.read(file.name)
            } catch {
                throw .file(error)
            }
            let path = tiles.file(file.name)
            guard let content else { throw .tree(.missing(path: path)) }
            guard content == file.content else { throw .tree(.damaged(path: path)) }
        }
    }
}
