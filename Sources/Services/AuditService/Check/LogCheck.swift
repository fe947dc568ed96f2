// The whole state folder held against itself, without changing anything: log, checkpoints, journal and
// ledger must tell one story. For an operator before and after whatever may have hurt a disk.

import ClawgressBytes
import ClawgressRecords
import ClawgressTransparencyLog

/// What a check found.
public struct LogCheckReport: Sendable, Equatable {
    /// Entries under the newest checkpoint.
    public let entries: Int
    /// Checkpoints that are kept.
    public let checkpoints: Int
    /// Entries that are durable and wait for a checkpoint.
    public let waiting: Int
    /// Streams of records.
    public let streams: Int
    /// Numbers that senders gave, as records and heartbeats tell, and that are not there.
    public let missing: UInt64
}

/// Checks a state folder that no process writes to.
public final class LogCheck {
    private let places: AuditPlaces
    private let key: NoteKey
    private let settings: LogSettings
    private let lock: FileLock

    /// Takes the folder, so that nothing changes meanwhile.
    ///
    /// - Throws: `LogOpeningError`, `held` while a service runs.
    public init(_ places: AuditPlaces, settings: LogSettings) throws(LogOpeningError) {
        self.places = places
        self.settings = settings
        key = try Self.key(places)
        do throws(FileError) {
            lock = try FileLock(path: places.lock)
        } catch {
            throw error.isHeldElsewhere ? .held(path: places.lock) : .file(error)
        }
    }

    /// The key by which the log is verified.
    static func key(_ places: AuditPlaces) throws(LogOpeningError) -> NoteKey {
        let content: [UInt8]
        do throws(FileError) {
            content = try WholeFile.read(places.verifierKey, bytesMax: 4_096)
        } catch {
            throw .file(error)
        }
        do throws(NoteError) {
            return try NoteKey(String(decoding: content.dropLast(), as: UTF8.self))
        } catch {
            throw .tree(.checkpoint("`\(places.verifierKey)`: \(error)"))
        }
    }

    /// Reads everything.
    ///
    /// - Parameter rebuildsStreams: whether the ledger is made again from the log's entries, in
    ///   place of being checked.
    /// - Throws: `LogOpeningError` with the first thing that is wrong.
    public func run(rebuildsStreams: Bool = false) throws(LogOpeningError) -> LogCheckReport {
        let head = try LogRecovery.head(try newest(), key, places)
        let journal = try readJournal()
        var replay = try LogReplay(
            places,
            key: key,
            settings: settings,
            awaited: try witnessed()
        )
        guard replay.minimum == 0 || !rebuildsStreams else {
            throw .ledger(
                path: places.streams,
                reason: "entries before \(replay.minimum) were pruned, and only this file knows "
                    + "which records they were: restore it from a copy"
            )
        }
        try replay.run(size: head.size) { index, entry throws(LogOpeningError) in
            guard let leaf = journal.leaves[index] else { return }
            guard leaf == entry.leaf else { throw .tree(.otherTree(size: head.size)) }
        }
        guard replay.awaited == nil else {
            throw .tree(.checkpoint("`\(places.witnessedCheckpoint)` is none of this log"))
        }
        let streams = replay.streams(size: head.size)
        if rebuildsStreams { try write(streams) }
        let next = try nextStreams(
            streams,
            upTo: max(head.size, replay.known),
            journal,
            head.size
        )
        return LogCheckReport(
            entries: head.size,
            checkpoints: replay.checkpoints,
            waiting: max(0, journal.next - head.size),
            streams: next.ledger.streamCount,
            missing: next.ledger.missing + next.announced.overdue(in: next.ledger)
        )
    }

    private func newest() throws(LogOpeningError) -> SignedNote? {
        var book: BookReader
        do throws(FileError) {
            book = try BookReader(places.checkpoints)
        } catch {
            throw .file(error)
        }
        var newest: SignedNote?
        while let note = try book.next() { newest = note }
        return newest
    }

    /// The tree of the newest witnessed checkpoint, signed by the log; nil if there is none.
    private func witnessed() throws(LogOpeningError) -> TreeHead? {
        let content: [UInt8]?
        do throws(FileError) {
            content = try WholeFile.readIfPresent(
                places.witnessedCheckpoint,
                bytesMax: SignedNote.bytesMax
            )
        } catch {
            throw .file(error)
        }
        guard let content else { return nil }
        do {
            let note = try SignedNote(content)
            return try Checkpoint.verified(note, of: key.name, by: [key]).head
        } catch {
            throw .tree(.checkpoint("`\(places.witnessedCheckpoint)`: \(error)"))
        }
    }

    private struct JournalView {
        var first: Int?
        var next = 0
        var leaves: [Int: TreeHash] = [:]
        var keys: [RecordKey] = []
        var signs: [(key: RecordKey, sign: SignOfLife)] = []
    }

    private func readJournal() throws(LogOpeningError) -> JournalView {
        var view = JournalView()
        let journal = Journal(folder: places.journal, fileBytes: 0, disk: LogDisk())
        do throws(JournalError) {
            let content = try journal.recover { index, bytes throws(JournalError) in
                do throws(RecordRefusal) {
                    let entry = try LogEntry(bytes)
                    view.leaves[index] = entry.leaf
                    view.keys.append(entry.key)
                    if let sign = entry.sign { view.signs.append((entry.key, sign)) }
                } catch {
                    throw .entry(index: index, error)
                }
            }
            (view.first, view.next) = (content.first, content.next)
        } catch {
            throw .journal(error)
        }
        return view
    }

    /// The streams as the next start would have them, which must be what the entries give.
    ///
    /// - Parameter read: how many entries `entries` has the records of.
    private func nextStreams(
        _ entries: KeptStreams,
        upTo read: Int,
        _ journal: JournalView,
        _ size: Int
    ) throws(LogOpeningError) -> KeptStreams {
        var (expected, found) = (entries, try LogRecovery.streams(places, settings))
        try LogRecovery.check(journal.first, journal.next, size: size, known: found.size, places)
        var twice: Int?
        do throws(LedgerFull) {
            for (index, key) in zip((journal.first ?? 0)..., journal.keys) {
                _ = try found.ledger.insert(key)
                if index >= read, try !expected.ledger.insert(key), twice == nil { twice = index }
            }
        } catch {
            throw .ledger(path: places.streams, reason: "`streams_max` is too small for it")
        }
        if let twice { throw .twice(index: twice) }
        for (key, sign) in journal.signs {
            found.announced.take(sign, of: key)
            expected.announced.take(sign, of: key)
        }
        let beyond = expected.announced.beyond(expected.ledger)
        guard found.ledger == expected.ledger, found.announced.beyond(found.ledger) == beyond else {
            throw .ledger(path: places.streams, reason: "it differs from the entries")
        }
        return found
    }

    private func write(_ streams: KeptStreams) throws(LogOpeningError) {
        do throws(FileError) {
            try ReplacedFile.write(
                LedgerText.write(streams),
                to: places.streams,
                staging: "\(places.staging)/streams",
                LogDisk()
            )
        } catch {
            throw .file(error)
        }
    }
}
