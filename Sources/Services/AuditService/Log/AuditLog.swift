// The log: what comes is known or new, new records are made durable in groups, and about once a
// second the tree's files and a signed checkpoint follow. Nothing is acknowledged that is not on
// the disk, and nothing is signed whose files are not in place.

import ClawgressBytes
public import ClawgressRecords
import ClawgressTransparencyLog
public import ClawgressTransparencyLogSigning
public import Logging
import NIOPosix

/// Why a batch was not taken; nothing of it counts as kept.
public enum LogRefusal: Error, Sendable, Equatable {
    /// The disk has no room.
    case diskFull
    /// The ledger remembers as much as it may.
    case ledgerFull
    /// It remembers as much of this sender as it may; of others it can remember more.
    case senderFull(streamsMax: Int)
    /// As many files are open as may be.
    case tooManyFiles
    /// The log has stopped, or failed.
    case stopped
}

/// What became of a batch.
public struct BatchOutcome: Sendable, Equatable {
    /// Records that are in the log now and were not before.
    public var added = 0
    /// Records that were in the log.
    public var known = 0

    /// Counts records.
    public init(added: Int = 0, known: Int = 0) {
        self.added = added
        self.known = known
    }
}

/// A log and its one writer.
public actor AuditLog {
    /// A batch that waits for its group.
    struct Waiting {
        let entries: [LogEntry]
        let done: CheckedContinuation<Result<BatchOutcome, LogRefusal>, Never>
    }

    let places: AuditPlaces
    let settings: LogSettings
    let disk: LogDisk
    let signer: NoteSigner
    let reach: @Sendable (LogStep) -> Void
    let logger: Logger
    let tiles: TileFolder
    let journal: Journal
    let book: CheckpointBook
    /// Where entries begin, and who needs which of them.
    public nonisolated let bounds: EntryBounds
    /// Held until the log is stopped.
    private var lock: FileLock?

    var tree: GrowingTree
    var ledger: StreamLedger
    /// What heartbeats said of the streams.
    var announced: AnnouncedNumbers
    /// Which gateways should be heard, and when they were.
    var gateways: GatewayWatch
    /// Entries that are durable and not in the tree's files, in order.
    var pending: [LogEntry]
    var pendingBytes: Int
    /// How many entries are durable.
    var durable: Int
    var published: SignedNote?
    var queue: [Waiting] = []
    var isCommitting = false
    var publishing: Task<Void, Never>?
    var isDiskFull = false
    /// Whether no file could be opened, so that it is told once.
    var isOutOfFiles = false
    var failure: FileError?
    var isStopped = false
    /// How many batches were taken by this process, and what became of their records.
    var batches: UInt64 = 0
    var outcomes = BatchOutcome()
    /// What is wrong with the log.
    public private(set) var watch = LogWatch()
    /// What others found to be wrong, who look at it themselves.
    private var reported: Set<LogAlert> = []
    /// Who waits for newer checkpoints.
    var followers: [Int: AsyncStream<Int>.Continuation] = [:]
    var nextFollower = 0

    /// Opens a log, or begins one in an empty folder.
    ///
    /// - Parameter reach: is told each step, so that a test can end the process there.
    /// - Throws: `LogOpeningError`.
    public init(
        _ places: AuditPlaces,
        signer: NoteSigner,
        settings: LogSettings,
        disk: LogDisk = LogDisk(),
        logger: Logger,
        reach: @escaping @Sendable (LogStep) -> Void = { _ in }
    ) throws(LogOpeningError) {
        do throws(FileError) {
            lock = try FileLock(path: places.lock)
        } catch {
            throw error.isHeldElsewhere ? .held(path: places.lock) : .file(error)
        }
        let found = try LogRecovery(places, key: signer.key, settings: settings, disk: disk)
        let notice = try RetentionFile.read(places, signer.key, size: found.tree.size)
        bounds = EntryBounds(notice)
        self.places = places
        self.settings = settings
        self.disk = disk
        self.signer = signer
        self.reach = reach
        self.logger = logger
        tiles = found.tiles
        journal = found.journal
        book = found.book
        tree = found.tree
        ledger = found.ledger
        // Only now: what is in the log already is remembered, whatever the bound has become.
        ledger.runsOfSenderMax = settings.runsOfSenderMax
        announced = found.announced
        pending = found.pending
        pendingBytes = found.pending.reduce(0) { $0 + $1.bytes.count }
        durable = found.durable
        published = found.published
        gateways = try Self.gateways(places, settings, journal: found.pending)
    }

    /// The newest checkpoint; nil before the first one of a new log.
    public var checkpoint: String? { published?.encoded }

    /// How many entries the newest checkpoint covers.
    public var size: Int { tree.size }

    /// What metrics and the list of streams are made from.
    public var state: LogState {
        LogState(
            durable: durable,
            covered: tree.size,
            ledger: ledger,
            announced: announced,
            isDiskFull: isDiskFull,
            batches: batches,
            outcomes: outcomes,
            reported: reported,
            silentGateways: gateways.silent
        )
    }

    /// Notes whether something that another part of the service looks at is wrong.
    func report(_ alert: LogAlert, _ holds: Bool) {
        if holds { reported.insert(alert) } else { reported.remove(alert) }
    }

    /// Says in the process' log what begins to be wrong, and what ends to be.
    ///
    /// - Parameter now: milliseconds of a clock that nobody sets.
    public func look(now: Int64) {
        gateways.look(now: now)
        let state = state
        for alert in watch.look(state, space: try? Folder.space(at: places.log), now: now) {
            var metadata: Logger.Metadata = [
                "alert": "\(alert.rawValue)", "entries": "\(state.durable)",
                "missing": "\(state.missing)",
            ]
            if alert == .gatewaySilent {
                metadata["gateways"] = "\(state.silentGateways.prefix(8).joined(separator: " "))"
            }
            if alert == .streamsNearlyFull, !state.nearlyFullSenders.isEmpty {
                let senders = state.nearlyFullSenders.prefix(8).map(\.description)
                metadata["senders"] = "\(senders.joined(separator: " "))"
            }
            if watch.raised.contains(alert) {
                logger.warning("alert", metadata: metadata)
            } else {
                logger.notice("alert over", metadata: metadata)
            }
        }
    }

    /// Adds what is new in a batch, and waits until it is durable.
    ///
    /// - Throws: `LogRefusal`.
    public func add(_ entries: [LogEntry]) async throws(LogRefusal) -> BatchOutcome {
        guard !isStopped, failure == nil else { throw .stopped }
        let result = await withCheckedContinuation { done in
            queue.append(Waiting(entries: entries, done: done))
            guard !isCommitting else { return }
            isCommitting = true
            Task { await commitAll() }
        }
        return try result.get()
    }

    /// The proof that the newest checkpoint goes on where `size` ended, with that checkpoint.
    ///
    /// - Throws: `TreeError` if the files are not as they were written.
    public func consistency(
        since size: Int
    ) async throws -> (checkpoint: String, hashes: [[UInt8]]) {
        let (note, new, tiles) = (published?.encoded ?? "", tree.size, tiles)
        guard size > 0, size < new else { return (note, []) }
        let hashes = try await Self.onDisk { () throws(TreeError) in
            try tiles.consistency(from: size, to: new)
        }.get()
        return (note, hashes)
    }

    /// Publishes what is left, takes nothing more, and gives the folder free.
    public func stop() async {
        isStopped = true
        while isCommitting { await Task.yield() }
        await publish()
        for follower in followers.values { follower.finish() }
        followers = [:]
        lock = nil
    }

    /// Runs blocking work on a thread for it, so that no task waits for a disk that it does not
    /// need; to its end, also in a task that is cancelled.
    static func onDisk<Answer: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Answer
    ) async -> Result<Answer, Failure> {
        guard let result = await NIOThreadPool.singleton.finish(work) else {
            preconditionFailure("the singleton pool is never shut down")
        }
        return result
    }

    /// The disk failed in a way after which nobody knows what is on it: only a start can tell.
    func fail(_ error: FileError) {
        guard failure == nil else { return }
        failure = error
        logger.critical("the disk failed, the log stops", metadata: ["problem": "\(error)"])
    }
}

/// A view of the log at one moment.
public struct LogState: Sendable {
    /// How many entries are durable.
    public let durable: Int
    /// How many of them the newest checkpoint covers.
    public let covered: Int
    /// Which records are in the log.
    public let ledger: StreamLedger
    /// How far the streams go, as heartbeats say.
    public let announced: AnnouncedNumbers
    /// Whether the last attempt to write found no room.
    public let isDiskFull: Bool
    /// How many batches this process took.
    public let batches: UInt64
    /// What became of their records.
    public let outcomes: BatchOutcome
    /// What other parts of the service found to be wrong.
    public let reported: Set<LogAlert>
    /// Gateways that were not heard for too long.
    public let silentGateways: [String]

    /// Describes a log.
    public init(
        durable: Int,
        covered: Int,
        ledger: StreamLedger,
        announced: AnnouncedNumbers = AnnouncedNumbers(),
        isDiskFull: Bool = false,
        batches: UInt64 = 0,
        outcomes: BatchOutcome = BatchOutcome(),
        reported: Set<LogAlert> = [],
        silentGateways: [String] = []
    ) {
        self.durable = durable
        self.covered = covered
        self.ledger = ledger
        self.announced = announced
        self.isDiskFull = isDiskFull
        self.batches = batches
        self.outcomes = outcomes
        self.reported = reported
        self.silentGateways = silentGateways
    }

    /// The senders of which more than nine tenths of what may be is remembered, in order.
    public var nearlyFullSenders: [RecordSender] {
        let counts = ledger.runsOfSenders.merging(announced.streamsOfSenders, uniquingKeysWith: max)
        return counts.filter { Self.isNearlyFull($0.value, of: ledger.runsOfSenderMax) }.keys
            .sorted()
    }

    /// Whether more than nine tenths of all that may be is remembered.
    var isNearlyFull: Bool {
        Self.isNearlyFull(max(ledger.runCount, announced.streamCount), of: ledger.runsMax)
    }

    private static func isNearlyFull(_ count: Int, of most: Int) -> Bool {
        count > most - max(1, most / 10)
    }

    /// How many records are known not to be there.
    public var missing: UInt64 {
        ledger.missing.addingBounded(announced.overdue(in: ledger))
    }
}
