// The signed tree made again from its entries. Whatever can be wrong with the log's files shows here:
// every file must be the one that the entries give, and every checkpoint must be of this tree.

import ClawgressBytes
import ClawgressRecords
import ClawgressTransparencyLog

/// Reads a whole log.
struct LogReplay {
    let places: AuditPlaces
    let key: NoteKey
    private(set) var ledger: StreamLedger
    private(set) var checkpoints = 0
    private var tree = GrowingTree()

    init(_ places: AuditPlaces, key: NoteKey, runsMax: Int) {
        self.places = places
        self.key = key
        ledger = StreamLedger(runsMax: runsMax)
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
            for bytes in try bundle(index, size) {
                let record = try record(bytes)
                try entry(tree.size, record)
                tree.append(record, to: &made)
                try check(&next, &book, note)
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
        while let signed = next, signed.head.size <= tree.size {
            guard signed.head == tree.edge.head else {
                throw .tree(.otherTree(size: signed.head.size))
            }
            try note(signed.note)
            checkpoints += 1
            next = try read(&book)
        }
    }

    private func bundle(_ index: Int, _ size: Int) throws(LogOpeningError) -> [[UInt8]] {
        let width = min(TileName.widthMax, size - index * TileName.widthMax)
        guard let name = TileName(.entries, index: index, width: width) else { return [] }
        do throws(TreeError) {
            return try tiles.entries(of: name)
        } catch {
            throw .tree(error)
        }
    }

    private mutating func record(_ bytes: [UInt8]) throws(LogOpeningError) -> LogEntry {
        let entry: LogEntry
        do throws(RecordRefusal) {
            entry = try LogEntry(bytes)
        } catch {
            throw .journal(.entry(index: tree.size, error))
        }
        let isNew: Bool
        do throws(LedgerFull) {
            isNew = try ledger.insert(entry.key)
        } catch {
            throw .ledger(path: places.streams, reason: "`streams_max` is too small for it")
        }
        guard isNew else { throw .twice(index: tree.size) }
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
