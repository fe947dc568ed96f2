// Feeds the machine with what the spool has, what the log answers and the time, and does what the
// machine says. It runs beside whatever fills the spool, and shares nothing with it but the folder.

import ClawgressAudit
import ClawgressBytes
import ClawgressContract
public import ClawgressMesh
public import ClawgressTransparencyLog
public import ServiceLifecycle

/// Ships the records of one spool.
public actor Shipper: Service {
    /// Who is told what.
    public struct Listeners: Sendable {
        /// Called often, with where it stands.
        public var onView: @Sendable (ShippingView) -> Void
        /// Called when something should be heard of.
        public var onComplaint: @Sendable (ShippingComplaint) -> Void
        /// Asked often; what is too long and too much, which may change.
        public var thresholds: @Sendable () -> ShippingThresholds

        /// Names the listeners, who must not block.
        public init(
            onView: @escaping @Sendable (ShippingView) -> Void,
            onComplaint: @escaping @Sendable (ShippingComplaint) -> Void,
            thresholds: @escaping @Sendable () -> ShippingThresholds = { ShippingThresholds() }
        ) {
            self.onView = onView
            self.onComplaint = onComplaint
            self.thresholds = thresholds
        }
    }

    /// How long a process that ends goes on shipping.
    private static let lastSeconds = 5
    /// Between two looks at the size of the spool, and at most so often the position is kept.
    private static let seldom: Int64 = 1_000

    private let spool: any ShippedSpool
    private let bytesMax: Int
    private let batchMax: Int
    private let files: ShippingFiles
    private let client: AuditClient
    private let listeners: Listeners
    private let clock = ContinuousClock()
    private let begun: ContinuousClock.Instant
    private var generator = SystemRandomNumberGenerator()
    private var machine: ShippingMachine
    private var memory: LogMemory
    private var reader: SpoolReader
    private var line = ClawgressBytes.ByteBuffer(capacity: EventWriter.bytesMax)
    private var batch = ShippingBatch()
    /// The next batch, read while the one before was under way.
    private var ahead: ShippingBatch?
    /// What is dealt with.
    private var done: SpoolPosition
    private var view = ShippingView()
    private var nextLook: Int64 = 0
    private var nextKeep: Int64 = 0
    private var isHurried = false
    /// The code of the last refusal.
    private var refusal = ""

    /// Makes a sender that goes on where an earlier one stopped.
    ///
    /// - Parameters:
    ///   - spool: what is shipped.
    ///   - bytesMax: what its segments may take, to say when they take too much of it.
    ///   - batchMax: records sent together, at most as many as the contract allows.
    ///   - look: milliseconds between two looks at a spool that had nothing more.
    ///   - compression: how batches travel.
    ///   - files: what is kept over a restart.
    ///   - logKey: the log's public key.
    ///   - client: of the audit service.
    public init(
        spool: any ShippedSpool,
        bytesMax: Int,
        batchMax: Int,
        look: Int64,
        compression: ShippingCompression = .none,
        files: ShippingFiles,
        logKey: NoteKey,
        client: MeshClient,
        listeners: Listeners
    ) throws(ShippingFilesError) {
        self.spool = spool
        self.bytesMax = bytesMax
        self.batchMax = min(batchMax, AuditBatch.linesMax)
        self.files = files
        self.client = AuditClient(mesh: client, compression: compression)
        self.listeners = listeners
        begun = clock.now
        var settings = ShippingMachine.Settings()
        settings.look = look
        machine = ShippingMachine(
            settings: settings,
            isInconsistent: files.hasContradiction,
            now: 0
        )
        memory = try files.memory(logKey)
        done = try files.start()
        reader = SpoolReader(folder: spool.path, from: done, for: .shipping)
    }

    /// Ships until the process is to end, and then what is left, for a few seconds.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.ship() }
            group.addTask {
                guard (try? await gracefulShutdown()) != nil else { return }
                try? await Task.sleep(for: .seconds(Self.lastSeconds))
            }
            await group.next()
            group.cancelAll()
        }
        keepPosition()
    }

    private func ship() async {
        while !Task.isCancelled {
            let isEnding = Task.isShuttingDownGracefully
            if isEnding, isHurried, machine.isResting { return }
            await feed(isEnding && !isHurried ? .hurry : .tick)
            isHurried = isEnding
            show()
            let pause = min(machine.pause(at: milliseconds), 200)
            try? await Task.sleep(for: .milliseconds(pause))
        }
    }

    /// One event, and whatever follows from it.
    private func feed(_ event: ShippingEvent) async {
        var actions = machine.handle(event, at: moment())[...]
        while let action = actions.popFirst() {
            guard let answer = await perform(action) else { continue }
            actions += machine.handle(answer, at: moment())
            show()
        }
    }

    private func perform(_ action: ShippingAction) async -> ShippingEvent? {
        switch action {
        case .collect: return collect()
        case .send(let range): return await send(range)
        case .hold(let index): hold(index)
        case .settle: await settle()
        }
        return nil
    }

    private func collect() -> ShippingEvent {
        batch = ahead ?? read()
        ahead = nil
        view.oldest = batch.earliest
        return .collected(count: batch.count, isFull: batch.isFull(countMax: batchMax))
    }

    private func read() -> ShippingBatch {
        var next = ShippingBatch()
        do throws(SpoolError) {
            while !next.isFull(countMax: batchMax), let record = try reader.nextPlaced() {
                next.append(record, &line)
            }
        } catch {
            // What was read before is shipped; the next look tries the rest again.
            listeners.onComplaint(.spool("\(error)"))
        }
        next.mark = ShippingMark(position: reader.position, finished: reader.finishedSegments)
        return next
    }

    private func send(_ range: Range<Int>) async -> ShippingEvent {
        if let problem = secure() { return .failed(problem, retryAfter: nil) }
        let body = batch.body(range)
        async let answer = client.send(body, since: memory.size)
        // The disk is read, and the next lines are written, while the log is at work.
        if ahead == nil, batch.isFull(countMax: batchMax) { ahead = read() }
        switch await answer {
        case .acknowledged(let answer):
            return .acknowledged(
                count: answer.added + answer.known,
                isConsistent: agrees(answer)
            )
        case .refused(let code):
            refusal = code
            return .refused
        case .failed(let reason, let retryAfter):
            return .failed(reason, retryAfter: retryAfter)
        }
    }

    /// Sees to it that the disk has what is about to be sent.
    ///
    /// After a loss of power the spool would otherwise give numbers again that the log has under
    /// other events already, and one of the two would be missing without a trace.
    ///
    /// - Returns: what is wrong with the disk.
    private func secure() -> String? {
        guard !batch.isOnDisk else { return nil }
        do throws(SpoolError) {
            try spool.synchronise(batch.segments)
            batch.isOnDisk = true
            return nil
        } catch {
            listeners.onComplaint(.spool("\(error)"))
            return "the spool cannot be brought to the disk: \(error)"
        }
    }

    /// Holds what the log says of itself against what it said before.
    private func agrees(_ answer: AuditBatchAnswer) -> Bool {
        let before = memory.kept
        do throws(LogContradiction) {
            try memory.take(answer.checkpoint, answer.consistency)
        } catch {
            listeners.onComplaint(.inconsistent("\(error)"))
            keeping { () throws(FileError) in try files.keep(contradiction: answer.checkpoint) }
            return false
        }
        if memory.kept != before {
            keeping { () throws(FileError) in try files.keep(checkpoint: answer.checkpoint) }
        }
        return true
    }

    private func hold(_ index: Int) {
        let place = batch.places[index]
        reader.hold(place)
        batch.mark?.hold(place)
        ahead?.mark?.hold(place)
        listeners.onComplaint(.refused(record: batch.names(index), code: refusal))
    }

    /// Deletes what is done with, and keeps the position now and then.
    private func settle() async {
        guard var mark = batch.mark else { return }
        view.oldest = ahead?.earliest
        batch = ShippingBatch()
        if !mark.finished.isEmpty {
            do throws(SpoolError) {
                let gone = try await spool.acknowledge(mark.finished)
                reader.forget(gone)
                mark.forget(gone)
                ahead?.mark?.forget(gone)
            } catch {
                listeners.onComplaint(.spool("\(error)"))
            }
        }
        done = mark.position
        guard milliseconds >= nextKeep else { return }
        nextKeep = milliseconds + Self.seldom
        keepPosition()
    }

    /// After a contradiction the position stays, so that all since then can be sent again.
    private func keepPosition() {
        guard !machine.isInconsistent else { return }
        keeping { () throws(FileError) in try files.keep(done) }
    }

    private func keeping(_ body: () throws(FileError) -> Void) {
        do throws(FileError) {
            try body()
        } catch {
            listeners.onComplaint(.files("\(error)"))
        }
    }

    private func show() {
        let now = milliseconds
        let thresholds = listeners.thresholds()
        view.isConnected = machine.isConnected
        view.counts = machine.counts
        view.unreachableFor = machine.unreachableFor(
            at: now,
            after: thresholds.unreachableMilliseconds
        )
        view.logSize = memory.size
        view.isInconsistent = machine.isInconsistent
        view.problem = machine.problem
        if now >= nextLook, let bytes = try? spool.bytes() {
            nextLook = now + Self.seldom
            view.spoolBytes = bytes
            view.isBacklogged = thresholds.isBacklogged(bytes, of: bytesMax)
        }
        listeners.onView(view)
    }

    private func moment() -> ShippingMoment {
        ShippingMoment(monotonic: milliseconds, random: generator.next())
    }

    private var milliseconds: Int64 {
        Int64((clock.now - begun) / .milliseconds(1))
    }
}
