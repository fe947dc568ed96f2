// Asking the witnesses: every so often all of them about the newest checkpoint, side by side, so that their
// signatures are under one. Nothing of the log waits for this: it has a task of its own, and reads
// only what was published.

import ClawgressBytes
import ClawgressDaemon
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Logging
import ServiceLifecycle

/// Runs the witnesses while the daemon runs.
struct WitnessService: Service {
    let witnesses: Witnesses

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await witnesses.turn()
                try? await Task.sleep(for: .milliseconds(witnesses.settings.every))
            }
        }
    }
}

/// The witnesses of one log.
actor Witnesses {
    nonisolated let settings: WitnessSettings
    private let log: AuditLog
    private let logger: Logger
    private let clients: [WitnessClient]
    private let book: CheckpointBook
    private var dialogues: [WitnessDialogue]
    private var round: WitnessRound?
    private var quorum: WitnessQuorum
    private var answers: [WitnessCounts]

    /// Goes on with what was witnessed before.
    ///
    /// - Throws: `StartRefusal`, `FileError`, or why the kept checkpoint is none of this log.
    init(_ log: AuditLog, settings: WitnessSettings, logger: Logger) throws {
        self.log = log
        self.settings = settings
        self.logger = logger
        clients = try settings.list.map { place throws(StartRefusal) in
            try WitnessClient(place, timeout: settings.timeout)
        }
        let places = log.places
        guard settings.list.allSatisfy({ $0.key.publicKey != log.signer.key.publicKey }) else {
            throw StartRefusal("a log cannot be its own witness: `witnesses` names the log's key")
        }
        book = try CheckpointBook(
            book: places.witnessed,
            published: places.witnessedCheckpoint,
            staging: places.staging,
            bytesMax: log.settings.bookBytesMax,
            disk: log.disk
        )
        let key = log.signer.key
        let last = try book.last.map { note in
            (note, try Checkpoint.verified(note, of: key.name, by: [key]).head.size)
        }
        // Kept, and perhaps not published before the process ended.
        if let last { try book.publish(last.0) }
        quorum = WitnessQuorum(witnessed: last?.1 ?? 0)
        dialogues = settings.list.map { place in
            guard let (note, size) = last,
                !CosignatureCount(note, by: [place.key]).good.isEmpty
            else { return WitnessDialogue(every: settings.every) }
            return WitnessDialogue(known: size, every: settings.every)
        }
        answers = settings.list.map { _ in WitnessCounts() }
    }

    /// Asks all that have not signed the newest checkpoint.
    func turn() async {
        guard let (note, size) = await log.newest else { return }
        var current = WitnessRound(note, size: size)
        if let round, round.note == note { current = round }
        round = current
        let before = current.cosignatures.count
        await ask(current)
        if let round, round.cosignatures.count > max(before, settings.required) {
            await keep(round)
        }
        await reportAlerts(size: size)
    }

    private struct Reply: Sendable {
        let witness: Int
        let old: Int
        let answer: WitnessAnswer
    }

    private func ask(_ current: WitnessRound) async {
        let now = AuditClock.steady()
        await withTaskGroup(of: Reply.self) { group in
            for witness in clients.indices where !current.has(clients[witness].place.key) {
                guard let old = dialogues[witness].begin(size: current.size, now: now) else {
                    continue
                }
                group.addTask { await self.submit(current, to: witness, old: old) }
            }
            for await reply in group {
                guard let old = await take(reply, of: current) else { continue }
                group.addTask { await self.submit(current, to: reply.witness, old: old) }
            }
        }
    }

    private nonisolated func submit(
        _ current: WitnessRound,
        to witness: Int,
        old: Int
    ) async -> Reply {
        let (client, reader) = (clients[witness], log.reader)
        let proof = await AuditLog.onDisk { () throws(TreeError) in
            try reader.consistency(from: old, to: current.size)
        }
        switch proof {
        case .success(let hashes):
            let answer = await client.submit(old: old, proof: hashes, checkpoint: current.note)
            return Reply(witness: witness, old: old, answer: answer)
        case .failure(let error):
            return Reply(witness: witness, old: old, answer: .failed("no proof: \(error)"))
        }
    }

    /// - Returns: the size to ask from again.
    private func take(_ reply: Reply, of current: WitnessRound) async -> Int? {
        let witness = reply.witness
        var generator = SystemRandomNumberGenerator()
        let before = dialogues[witness].standing
        answers[witness].add(reply.answer)
        let again = dialogues[witness].take(
            reply.answer,
            old: reply.old,
            size: current.size,
            now: AuditClock.steady(),
            using: &generator
        )
        if dialogues[witness].standing != before { say(witness) }
        if case .cosigned(let cosignature) = reply.answer {
            round?.add(cosignature)
            if let round, round.cosignatures.count == settings.required { await keep(round) }
        }
        return again
    }

    /// Keeps and shows a checkpoint that enough witnesses have signed.
    private func keep(_ round: WitnessRound) async {
        let note = round.cosigned(inOrderOf: settings.list.map(\.key))
        let book = book
        let result = await AuditLog.onDisk { () throws(FileError) in try book.add(note) {} }
        switch result {
        case .success:
            quorum.reached(round.size)
            await thin()
        case .failure(let error):
            logger.error(
                "the witnessed checkpoint cannot be kept",
                metadata: ["problem": "\(error)"]
            )
        }
    }

    private func thin() async {
        let book = book
        let result = await AuditLog.onDisk { () throws(LogOpeningError) in try book.thinIfLong() }
        guard case .failure(let error) = result else { return }
        logger.error(
            "the witnessed checkpoints cannot be made fewer",
            metadata: ["problem": "\(error)"]
        )
    }

    private func reportAlerts(size: Int) async {
        let waiting = quorum.waiting(size: size, now: AuditClock.steady())
        await log.report(.witnessesMissing, waiting >= settings.alertAfter)
        await log.report(.witnessInconsistent, dialogues.contains { $0.standing.isOtherLog })
    }

    private func say(_ witness: Int) {
        let metadata: Logger.Metadata = ["witness": "\(clients[witness].place.key.name)"]
        switch dialogues[witness].standing {
        case .unknown, .cosigned: logger.notice("the witness signs", metadata: metadata)
        case .ahead(let size):
            logger.critical(
                "the witness has signed a greater tree: this log was rolled back",
                metadata: metadata.merging(["signed": "\(size)"]) { $1 }
            )
        case .inconsistent:
            logger.critical(
                "the witness has signed another tree: this log was written anew",
                metadata: metadata.merging(["signed": "\(dialogues[witness].known)"]) { $1 }
            )
        case .refused(let reason), .failed(let reason):
            logger.warning(
                "the witness does not sign",
                metadata: metadata.merging(["problem": "\(reason)"]) { $1 }
            )
        }
    }

    /// The state in the text form of metrics.
    func metrics() -> String {
        WitnessMetrics(
            names: settings.list.map(\.key.name),
            dialogues: dialogues,
            answers: answers,
            required: settings.required,
            witnessed: quorum.witnessed
        ).text
    }
}

extension AuditLog {
    /// The newest checkpoint and its size; nil before the first one.
    var newest: (note: SignedNote, size: Int)? { published.map { ($0, tree.size) } }
}

extension LogReader {
    /// That the tree of `new` entries goes on where that of `old` ended, 32 bytes each.
    func consistency(from old: Int, to new: Int) throws(TreeError) -> [[UInt8]] {
        try tiles.consistency(from: old, to: new)
    }
}

extension AuditPlaces {
    /// Checkpoints that enough witnesses have signed.
    var witnessed: String { "\(stateFolder)/witnessed" }
    /// The newest of them.
    var witnessedCheckpoint: String { "\(log)/checkpoint.witnessed" }
}
