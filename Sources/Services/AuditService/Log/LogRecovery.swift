// What a start makes of the state folder: the signed tree, the ledger, and the entries that the
// journal has and the tree has not. Whatever ended the process before, the tree goes on; where the
// folder does not fit together, nothing is guessed.

public import ClawgressBytes
import ClawgressRecords
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning

/// Why a log cannot be opened; a person has to look.
public enum LogOpeningError: Error, Sendable, CustomStringConvertible {
    /// Another process writes to the folder.
    case held(path: String)
    /// A file could not be read or written.
    case file(FileError)
    /// The journal cannot be gone on with.
    case journal(JournalError)
    /// The tree cannot be gone on with.
    case tree(TreeError)
    /// The ledger cannot be gone on with.
    case ledger(path: String, reason: String)
    /// What was published of pruned entries cannot be true.
    case retention(path: String, reason: String)
    /// Something is where a copy was to be made.
    case exists(path: String)
    /// A record is in the log for the second time.
    case twice(index: Int)

    /// One sentence.
    public var description: String {
        switch self {
        case .held(let path): "`\(path)` is held: another process writes to this log"
        case .file(let error): error.description
        case .journal(let error): error.description
        case .tree(let error): error.description
        case .ledger(let path, let reason):
            "`\(path)` cannot be gone on with: \(reason)"
        case .retention(let path, let reason): "`\(path)` cannot be true: \(reason)"
        case .exists(let path): "`\(path)` exists already: a copy is made in a new folder"
        case .twice(let index): "entry \(index) is a record that an earlier entry has"
        }
    }
}

/// Everything that a log begins with.
struct LogRecovery {
    let tiles: TileFolder
    let journal: Journal
    let book: CheckpointBook
    let published: SignedNote?
    let tree: GrowingTree
    private(set) var ledger: StreamLedger
    private(set) var announced: AnnouncedNumbers
    private(set) var pending: [LogEntry] = []
    private(set) var durable: Int

    /// Reads the folder, which the caller has locked.
    init(
        _ places: AuditPlaces,
        key: NoteKey,
        settings: LogSettings,
        disk: LogDisk
    ) throws(LogOpeningError) {
        tiles = TileFolder(path: places.log, staging: places.staging, disk: disk)
        journal = Journal(
            folder: places.journal,
            fileBytes: settings.journalBytes,
            disk: disk
        )
        do throws(FileError) {
            for folder in places.folders { try disk.create(folder: folder) }
            try tiles.clear()
            book = try CheckpointBook(
                book: places.checkpoints,
                published: places.checkpoint,
                staging: places.staging,
                bytesMax: settings.bookBytesMax,
                disk: disk
            )
        } catch {
            throw .file(error)
        }
        published = book.last
        let head = try Self.head(book.last, key, places)
        if let last = book.last {
            do throws(FileError) {
                // Kept, and perhaps not published before the process ended.
                try book.publish(last)
            } catch {
                guard error.isDiskFull else { throw .file(error) }
            }
        }
        do throws(TreeError) {
            tree = try tiles.tree(head)
        } catch {
            throw .tree(error)
        }
        let kept = try Self.streams(places, settings)
        ledger = kept.ledger
        announced = kept.announced
        durable = head.size
        try readJournal(known: kept.size, places)
    }

    /// The tree of the last kept checkpoint, which must not be behind the published one.
    static func head(
        _ note: SignedNote?,
        _ key: NoteKey,
        _ places: AuditPlaces
    ) throws(LogOpeningError) -> TreeHead {
        var head = TreeHead(size: 0, root: .emptyTree)
        if let note {
            do throws(CheckpointError) {
                head = try Checkpoint.verified(note, of: key.name, by: [key]).head
            } catch {
                throw .tree(.checkpoint(error.description))
            }
        }
        let content: [UInt8]?
        do throws(FileError) {
            content = try WholeFile.readIfPresent(
                places.checkpoint,
                bytesMax: SignedNote.bytesMax
            )
        } catch {
            throw .file(error)
        }
        guard let content else { return head }
        guard let shown = try? SignedNote(content),
            let checkpoint = try? Checkpoint.verified(shown, of: key.name, by: [key])
        else { throw .tree(.checkpoint("`\(places.checkpoint)` is not signed by this log's key")) }
        guard checkpoint.head.size <= head.size else {
            throw .tree(.rolledBack(kept: head.size, published: checkpoint.head.size))
        }
        return head
    }

    /// What was kept of the streams; nothing if there is no file.
    static func streams(
        _ places: AuditPlaces,
        _ settings: LogSettings
    ) throws(LogOpeningError) -> KeptStreams {
        let content: [UInt8]?
        do throws(FileError) {
            content = try WholeFile.readIfPresent(places.streams, bytesMax: 1 << 30)
        } catch {
            throw .file(error)
        }
        guard let content else {
            let ledger = StreamLedger(runsMax: settings.runsMax)
            return KeptStreams(ledger: ledger, announced: AnnouncedNumbers(), size: 0)
        }
        do throws(LedgerTextError) {
            return try LedgerText.read(content, runsMax: settings.runsMax)
        } catch {
            throw .ledger(path: places.streams, reason: "\(error); \(remedy)")
        }
    }

    private static var remedy: String {
        "`clawgress-audit check --rebuild-streams` makes it again"
    }

    /// That journal, tree and ledger leave no entry out.
    ///
    /// - Parameters:
    ///   - first: the index of the journal's first entry; nil if it has none.
    ///   - next: the index behind its last one.
    static func check(
        _ first: Int?,
        _ next: Int,
        size: Int,
        known: Int,
        _ places: AuditPlaces
    ) throws(LogOpeningError) {
        let begin = first ?? size
        if known < size, begin > known {
            throw .ledger(
                path: places.streams,
                reason: "it is gone, or older than the journal; \(remedy)"
            )
        }
        guard begin <= size else { throw .journal(.missing(from: size, to: begin)) }
        let (last, end) = (first == nil ? size : next, max(size, known))
        guard last >= end else { throw .journal(.missing(from: last, to: end)) }
    }

    private mutating func readJournal(
        known: Int,
        _ places: AuditPlaces
    ) throws(LogOpeningError) {
        let size = tree.size
        var entries: [LogEntry] = []
        var ledger = ledger
        var announced = announced
        var isLedgerFull = false
        let content: JournalContent
        do throws(JournalError) {
            content = try journal.recover { index, bytes throws(JournalError) in
                let entry: LogEntry
                do throws(RecordRefusal) {
                    entry = try LogEntry(bytes)
                } catch {
                    throw .entry(index: index, error)
                }
                if index >= size { entries.append(entry) }
                if let sign = entry.sign { announced.take(sign, of: entry.key) }
                // Known already if the ledger was kept after this entry.
                do throws(LedgerFull) {
                    _ = try ledger.insert(entry.key)
                } catch {
                    isLedgerFull = true
                }
            }
        } catch {
            throw .journal(error)
        }
        try Self.check(content.first, content.next, size: size, known: known, places)
        guard !isLedgerFull else {
            throw .ledger(path: places.streams, reason: "`streams_max` is too small for it")
        }
        do throws(FileError) {
            try journal.repair()
        } catch {
            throw .file(error)
        }
        self.ledger = ledger
        self.announced = announced
        pending = entries
        durable = size + entries.count
    }
}
