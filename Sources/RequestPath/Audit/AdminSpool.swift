// The spool of a service of the control plane, for ordinary concurrency: whoever records an action
// goes on when the record is on the disk, and those who wait at the same time wait together.
//
// Everything about segments, recovery, bounds and readers is the gateway's. What differs is that
// nothing may be lost: without room or disk an action is refused instead of counted.

public import ClawgressModel

/// Records administrative actions in a folder that this process owns.
///
///     let spool = try AdminSpool(folder: path, serviceID: "admin-api", bootID: boot, now: now)
///     let record = try await spool.append(event)
public actor AdminSpool {
    /// Bytes of a segment, room for some hundred records.
    public static var segmentBytes: Int { 262_144 }
    /// Bytes that all segments may take.
    public static var bytesMax: Int { 1_073_741_824 }

    /// What was found of earlier starts.
    public nonisolated let recovery: SpoolRecovery.Report
    /// This start of the service.
    public nonisolated let bootID: BootID
    /// The newest record of earlier starts that is still in the folder.
    ///
    /// A service that keeps what it is about to record learns here what was recorded already.
    public nonisolated let lastEventID: RequestID?

    /// The spool's folder.
    public nonisolated var path: String { folder.path }

    private nonisolated let folder: SpoolFolder
    private let supply: SegmentSupply
    private var current: Segment?
    private var sequence: UInt64 = 0
    /// The segment of the newest record.
    private var newest: UInt64?
    /// Why nothing can be recorded until the next start.
    private var failure: SpoolError?
    private var waiting: [CheckedContinuation<SpoolError?, Never>] = []
    private var isFlushing = false

    /// Takes the folder, closes what earlier starts left, and makes room.
    ///
    /// Without room the spool opens all the same, so that somebody can make some.
    ///
    /// - Parameters:
    ///   - folder: the spool's folder; made if need be.
    ///   - serviceID: the service's id, for every record.
    ///   - bootID: this start of the service.
    ///   - now: wall clock, microseconds since 1970 UTC.
    ///   - segmentBytes: between 64 KiB and 64 MiB, whatever is given.
    ///   - bytesMax: bytes that all segments in the folder may take, those of earlier starts too.
    /// - Throws: `SpoolError.owned` if another process has the folder, `.file` if it cannot be
    ///   read or written.
    public init(
        folder path: String,
        serviceID: String,
        bootID: BootID,
        now: Int64,
        segmentBytes: Int = AdminSpool.segmentBytes,
        bytesMax: Int = AdminSpool.bytesMax
    ) throws(SpoolError) {
        let folder = try SpoolFolder(path: path)
        recovery = try SpoolRecovery.run(folder)
        let last = try Self.lastEvent(in: path)
        lastEventID = last?.id
        newest = last?.segment
        let supply = try SegmentSupply(
            folder: folder,
            settings: SpoolSettings(
                gatewayID: serviceID,
                bootID: bootID,
                workers: 1,
                segmentBytes: segmentBytes,
                bytesMax: bytesMax,
                survivesPowerLoss: true
            ),
            now: now,
            onShortage: {}
        )
        do throws(SpoolError) {
            try supply.prepare(now: now, ahead: 1)
        } catch  where error.isSpaceUsedUp {
            // The first record asks again, and says so if it is in vain.
        }
        self.folder = folder
        self.supply = supply
        self.bootID = bootID
    }

    /// Records an action.
    ///
    /// - Returns: the record, once it is on the disk.
    /// - Throws: `SpoolError.full`, or `.file` of a full disk: nothing was recorded, and a later
    ///   call may succeed. Any other `.file`: the disk failed, so the record may be lost or not,
    ///   and all later calls fail in the same way until the service starts again.
    public func append(_ event: AdminEvent) async throws(SpoolError) -> AdminRecord {
        if let failure { throw failure }
        let record = AdminRecord(
            event: event,
            serviceID: supply.settings.gatewayID,
            bootID: bootID,
            worker: 0,
            sequence: sequence + 1
        )
        try store(record)
        sequence = record.sequence
        newest = current?.number
        current?.note(lastSequence: sequence)
        if let failure = await durable() { throw failure }
        return record
    }

    /// Deletes segments that are not written to any more.
    ///
    /// Call it when all their records are safe elsewhere. The one with the newest record stays
    /// until there is a newer one: the next start needs it for ``lastEventID``.
    ///
    /// - Returns: the numbers of those that are gone.
    @discardableResult
    public func acknowledge(_ numbers: [UInt64]) throws(SpoolError) -> [UInt64] {
        try folder.acknowledge(numbers.filter { $0 != newest })
    }

    /// Brings what segments hold now to the disk; see ``SpoolFolder/synchronise(_:)``.
    public nonisolated func synchronise(_ numbers: [UInt64]) throws(SpoolError) {
        try folder.synchronise(numbers)
    }

    /// Bytes that all segments take now.
    public nonisolated func bytes() throws(SpoolError) -> Int {
        try folder.bytes()
    }

    private func store(_ record: AdminRecord) throws(SpoolError) {
        // The supply's first segment is a header page alone.
        for _ in 0..<2 {
            if current?.append(record.event, sequence: record.sequence) == true { return }
            try advance(now: record.event.timestamp)
        }
        guard current?.append(record.event, sequence: record.sequence) == true else {
            throw .full(bytesMax: supply.settings.bytesMax)
        }
    }

    /// Makes a prepared segment the newest.
    private func advance(now: Int64) throws(SpoolError) {
        // The full segment is none of those that the next flush brings to the disk.
        if current != nil, let problem = Self.synchronise(supply) { throw failed(problem) }
        do throws(SpoolError) {
            try supply.prepare(now: now, ahead: 1)
        } catch {
            throw error.isSpaceUsedUp ? error : failed(error)
        }
        guard let next = supply.take(worker: 0) else {
            throw .full(bytesMax: supply.settings.bytesMax)
        }
        let full = current.take()
        current = consume next
        current?.note(lastSequence: sequence)
        if let full { supply.retire(full) }
    }

    /// Waits until all that was stored so far is on the disk.
    private func durable() async -> SpoolError? {
        await withCheckedContinuation { continuation in
            waiting.append(continuation)
            guard !isFlushing else { return }
            isFlushing = true
            Task { await flush() }
        }
    }

    /// Serves those who wait; whoever comes while the disk is busy is served by the next turn,
    /// together.
    private func flush() async {
        while !waiting.isEmpty {
            let group = waiting
            waiting = []
            if failure == nil, let problem = await Self.synchroniseElsewhere(supply) {
                _ = failed(problem)
            }
            for continuation in group { continuation.resume(returning: failure) }
        }
        isFlushing = false
    }

    /// Remembers that the disk failed: what it says after that about the same pages is worthless.
    private func failed(_ problem: SpoolError) -> SpoolError {
        failure = problem
        return problem
    }

    /// Off the actor, so that others can store meanwhile.
    private static nonisolated func synchroniseElsewhere(
        _ supply: SegmentSupply
    ) async -> SpoolError? {
        synchronise(supply)
    }

    private static nonisolated func synchronise(_ supply: SegmentSupply) -> SpoolError? {
        do throws(SpoolError) {
            try supply.synchronise()
            return nil
        } catch {
            return error
        }
    }

    /// The last record of the newest segment that has one.
    private static func lastEvent(
        in folder: String
    ) throws(SpoolError) -> (id: RequestID, segment: UInt64)? {
        for number in try SegmentFiles.numbers(in: folder).reversed() {
            do throws(SpoolError) {
                let view = try SegmentView(number: number, in: folder)
                if let id = view.lastEventID { return (id, number) }
            } catch .malformed {
                continue
            }
        }
        return nil
    }
}

extension SegmentView {
    /// The id of the last administrative event; nil if there is none.
    fileprivate var lastEventID: RequestID? {
        var found: RequestID?
        var start = HeaderLayout.bytes
        while let length = probe(at: start).length {
            if case .record = probe(at: start),
                case .admin(let admin) = record(at: start, length: length)
            {
                found = admin.event.eventID
            }
            start += length
        }
        return found
    }
}
