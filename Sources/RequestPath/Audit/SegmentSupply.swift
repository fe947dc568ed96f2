// Where writers get their segments: allocated, mapped and populated before they are needed, by
// a thread that may wait for the disk, so that a worker never does.

import ClawgressBytes
import Synchronization

/// What a supply makes.
public struct SpoolSettings: Sendable {
    /// The gateway's id, for every event.
    public var gatewayID: String
    /// This start of the gateway.
    public var bootID: BootID
    /// How many workers write, numbered from 0.
    public var workers: Int
    /// Bytes of a segment; between 64 KiB and 64 MiB, whatever is given.
    public var segmentBytes: Int
    /// Bytes that all segments in the folder may take, unacknowledged ones of older starts
    /// included.
    public var bytesMax: Int
    /// Whether a segment must be in its folder for good before it is used.
    public var survivesPowerLoss: Bool

    /// Describes a supply; the sizes have the product's defaults.
    public init(
        gatewayID: String,
        bootID: BootID,
        workers: Int,
        segmentBytes: Int = 16_777_216,
        bytesMax: Int = 4_294_967_296,
        survivesPowerLoss: Bool = false
    ) {
        self.gatewayID = gatewayID
        self.bootID = bootID
        self.workers = workers
        self.segmentBytes = min(max(segmentBytes, 65_536), 67_108_864) & ~4_095
        self.bytesMax = bytesMax
        self.survivesPowerLoss = survivesPowerLoss
    }
}

/// Segments prepared ahead for each worker.
///
/// Call ``prepare(now:)`` once before the workers start, and then whenever `onShortage` was
/// called or a second has passed, always from one thread that may block.
public final class SegmentSupply: Sendable {
    /// Bytes of a worker's first segment, room for some 3,000 events.
    ///
    /// Less than of the others: a gateway that starts waits for its pages, and the next one is
    /// made while it serves.
    private static var firstBytesMax: Int { 1_048_576 }

    /// What this supply makes.
    public let settings: SpoolSettings
    private let folder: SpoolFolder
    private let shelves: [SegmentShelf]
    private let onShortage: @Sendable () -> Void
    private let state: Mutex<State>
    private let shortageCode = Atomic<UInt8>(SpoolShortage.notReady.rawValue)

    private struct State {
        var nextNumber: UInt64
        /// The workers that had a segment with room for slots already.
        var supplied: Set<Int> = []
        /// Segments that writers hold: those that have changes to bring to the disk.
        var inUse: Set<UInt64> = []
        /// Each worker's newest segment, whose header has the last sequence number.
        var newest: [UInt8: UInt64] = [:]
        var retired: [RetiredSegment] = []
    }

    /// Makes a supply.
    ///
    /// Run ``SpoolRecovery`` over the folder before.
    ///
    /// - Parameters:
    ///   - now: wall clock, microseconds since 1970 UTC.
    ///   - onShortage: called by a worker that took a segment or gave one back; must not block.
    public init(
        folder: SpoolFolder,
        settings: SpoolSettings,
        now: Int64,
        onShortage: @escaping @Sendable () -> Void
    ) throws(SpoolError) {
        self.folder = folder
        self.settings = settings
        self.onShortage = onShortage
        shelves = (0..<settings.workers).map { _ in SegmentShelf() }
        let last = try SegmentFiles.numbers(in: folder.path).last ?? 0
        state = Mutex(State(nextNumber: last + 1))
        for worker in shelves.indices {
            // A header page alone: it holds the counts of events that are lost while there is
            // no room for a segment. Without room for even that, the writer counts in memory.
            do throws(SpoolError) {
                shelves[worker].put(
                    reserve: try create(length: HeaderLayout.bytes, worker: worker, now: now)
                )
            } catch  where error.isSpaceUsedUp {
                continue
            }
        }
    }

    /// Fills the shelves, and brings to the disk and unmaps what writers gave back.
    ///
    /// - Parameters:
    ///   - now: wall clock, microseconds since 1970 UTC.
    ///   - ahead: segments ahead for each worker; one is enough to begin with, and the thread
    ///     that keeps them can make the second one while the gateway serves already.
    /// - Throws: `SpoolError.full` at the folder's bound, `.file` on a full or failing disk. The
    ///   call may be repeated at any time; it goes on when there is room again.
    public func prepare(now: Int64, ahead: Int = 2) throws(SpoolError) {
        do throws(SpoolError) {
            try fillShelves(now: now, ahead: max(ahead, 1))
            shortageCode.store(SpoolShortage.notReady.rawValue, ordering: .relaxed)
        } catch {
            shortageCode.store(SpoolShortage(error).rawValue, ordering: .relaxed)
            try dropRetired()
            throw error
        }
        try dropRetired()
    }

    /// Why a worker that finds no segment now finds none.
    var shortage: SpoolShortage {
        SpoolShortage(rawValue: shortageCode.load(ordering: .relaxed)) ?? .notReady
    }

    private func fillShelves(now: Int64, ahead: Int) throws(SpoolError) {
        for level in 1...ahead {
            for worker in shelves.indices where shelves[worker].count < level {
                let length = segmentBytes(worker)
                guard try SegmentFiles.bytes(in: folder.path) + length <= settings.bytesMax else {
                    throw .full(bytesMax: settings.bytesMax)
                }
                shelves[worker].put(try create(length: length, worker: worker, now: now))
                state.withLock { _ = $0.supplied.insert(worker) }
            }
        }
    }

    private func segmentBytes(_ worker: Int) -> Int {
        let isFirst = state.withLock { !$0.supplied.contains(worker) }
        return isFirst ? min(settings.segmentBytes, Self.firstBytesMax) : settings.segmentBytes
    }

    /// Brings all that writers stored so far to the disk; for once a second.
    public func synchronise() throws(SpoolError) {
        try SegmentFiles.synchronise(state.withLock { $0.inUse.sorted() }, in: folder.path)
    }

    /// Bytes that all segments in the folder take now.
    public func bytes() throws(SpoolError) -> Int {
        try SegmentFiles.bytes(in: folder.path)
    }

    /// The last number that each worker has given, by worker; 0 for none.
    public func lastSequences() -> [UInt64] {
        let newest = state.withLock { $0.newest }
        return shelves.indices.map { worker in
            let number = newest[UInt8(worker)] ?? 0
            return (try? SegmentView(number: number, in: folder.path))?.lastSequence ?? 0
        }
    }

    /// The next segment of a worker; nil if none is prepared.
    func take(worker: UInt8) -> Segment? {
        guard let segment = shelves[Int(worker)].take() else { return nil }
        let number = segment.number
        state.withLock { state in
            state.inUse.insert(number)
            state.newest[worker] = number
        }
        onShortage()
        return segment
    }

    /// Takes a segment back whose slots are all concluded.
    ///
    /// Unmapping it costs a worker more than a thousand requests do, so that waits for
    /// ``prepare(now:)``.
    func retire(_ segment: consuming Segment) {
        segment.seal()
        let number = segment.number
        let retired = RetiredSegment(segment)
        state.withLock { state in
            state.inUse.remove(number)
            state.retired.append(retired)
        }
        onShortage()
    }

    /// Marks what writers gave back as needing no recovery, and unmaps it.
    private func dropRetired() throws(SpoolError) {
        let (retired, newest) = state.withLock { state in
            let retired = state.retired
            state.retired = []
            return (retired, state.newest.values.sorted())
        }
        guard !retired.isEmpty else { return }
        // First the headers that have the last sequence numbers: recovery will not look for
        // greater ones in the segments that are marked now.
        try SegmentFiles.synchronise(newest, in: folder.path)
        for entry in retired {
            let blank = entry.markDurable()
            if let blank { try SegmentFiles.remove(blank, in: folder.path) }
        }
    }

    private func create(
        length: Int,
        worker: Int,
        now: Int64
    ) throws(SpoolError) -> Segment {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber - 1
        }
        do throws(FileError) {
            var file = try MappedFile.create(
                path: SegmentFiles.path(number, in: folder.path),
                length: length
            )
            SegmentHeader(
                gatewayID: settings.gatewayID,
                bootID: settings.bootID,
                worker: UInt8(worker),
                number: number,
                created: now
            ).store(in: &file)
            if settings.survivesPowerLoss { try Folder.synchronise(file: folder.path) }
            return Segment(file: file, number: number)
        } catch {
            throw .file(error)
        }
    }
}
