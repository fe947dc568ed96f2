// The whole question: is this log what its key signed, does it go on where it was seen last, and do
// the records in it say that none is missing?

public import ClawgressTransparencyLog

/// What was found.
public struct LogReport: Sendable {
    /// The checkpoint that the log was held against.
    public let checkpoint: Checkpoint
    /// The entries that were looked at.
    public let range: Range<Int>
    /// What is not in order; the worst first.
    public var findings: [LogFinding]
    /// The greatest time that a record has, as it is written there.
    public let newest: String?
    /// When gateways were heard last, by name.
    public let gateways: [GatewayLife]
    /// How many streams of records there are.
    public let streamCount: Int
    /// What the log says of entries that it has no more; nil if it never pruned any.
    public let retention: RetentionNotice?
    /// How many of the entries in the range were pruned: they are not here, and may not be.
    public let pruned: Int
}

/// Checks logs.
public struct LogVerifier<Source: LogSource> {
    let source: Source
    let key: NoteKey
    private let sharing: WorkSharing

    /// A verifier of the log that a key signs.
    ///
    /// - Parameter sharing: who hashes and reads the entries when all of them are checked.
    public init(_ source: Source, key: NoteKey, sharing: WorkSharing = .alone) {
        self.source = source
        self.key = key
        self.sharing = sharing
    }

    /// The log's checkpoint, as its key signed it.
    ///
    /// - Throws: `LogFailure`.
    public func checkpoint() throws(LogFailure) -> Checkpoint {
        guard let content = try source.content(of: LogFile.checkpoint) else {
            throw .found(.noCheckpoint)
        }
        return try Self.checkpoint(content, key: key)
    }

    /// Reads a signed checkpoint.
    ///
    /// - Throws: `LogFailure.found`.
    public static func checkpoint(
        _ content: [UInt8],
        key: NoteKey
    ) throws(LogFailure) -> Checkpoint {
        let note: SignedNote
        do throws(NoteError) {
            note = try SignedNote(content)
        } catch {
            throw .found(.checkpointRefused(.note(error)))
        }
        do throws(CheckpointError) {
            return try Checkpoint.verified(note, of: key.name, by: [key])
        } catch .note(.unsigned) {
            let signers = note.signatures.map(\.keyText)
            throw .found(.wrongKey(signers: signers))
        } catch {
            throw .found(.checkpointRefused(error))
        }
    }

    /// Checks all entries.
    ///
    /// - Parameters:
    ///   - remembered: a checkpoint of the log that was believed before.
    ///   - witnessed: one that witnesses have signed.
    ///   - progress: is told how many entries are done.
    /// - Throws: `LogFailure`, if there is nothing to check, or it cannot be read.
    public func verify(
        remembered: Checkpoint? = nil,
        witnessed: Checkpoint? = nil,
        progress: (Int) -> Void = { _ in }
    ) throws(LogFailure) -> LogReport {
        let checkpoint = try checkpoint()
        let head = checkpoint.head
        let retention = try retention(head)
        var walk = TreeWalk(
            TreeFiles(source: source, size: head.size),
            sharing,
            remembered: [remembered, witnessed].compactMap { $0?.head.size },
            minimum: retention.minimum
        )
        let isComplete = try walk.run(progress)
        let isGood = isComplete && walk.head == head
        let roots = isGood ? walk.rememberedRoots : [:]
        var findings = try Self.memory(remembered, witnessed, head) { roots[$0.size] }
        findings += retention.findings
        var pruned = walk.pruned
        if isGood {
            findings += walk.damaged.map { .tile(path: $0) }
            findings += walk.survey.findings(isWhole: true)
        } else {
            var diagnosis = try Diagnosis(source, head, minimum: retention.minimum)
            let files = (head.size + TileName.widthMax - 1) / TileName.widthMax
            try diagnosis.run(0..<files, progress: progress)
            let found = diagnosis.findings
            findings += found.isEmpty ? [.rewritten(0..<head.size)] : found
            pruned = diagnosis.pruned
        }
        return LogReport(
            checkpoint: checkpoint,
            range: 0..<head.size,
            findings: findings,
            newest: walk.survey.newest,
            gateways: walk.survey.gateways,
            streamCount: walk.survey.streamCount,
            retention: retention.notice,
            pruned: pruned
        )
    }
}

extension LogVerifier {
    /// Checks the entries of a range, by the hashes that lead from them to the signed root.
    ///
    /// Other entries are not read, so nothing is said about numbers that are missing.
    ///
    /// - Parameter range: its end is cut to that of the log.
    public func verify(
        _ range: Range<Int>,
        remembered: Checkpoint? = nil,
        witnessed: Checkpoint? = nil,
        progress: (Int) -> Void = { _ in }
    ) throws(LogFailure) -> LogReport {
        let checkpoint = try checkpoint()
        let head = checkpoint.head
        let retention = try retention(head)
        let range = range.clamped(to: 0..<head.size)
        var findings = try Self.memory(remembered, witnessed, head) { old throws(LogFailure) in
            // Another root than the old one stands for every tree that does not go on there.
            try LogProofs(source).isConsistent(from: old, to: head) ? old.root : .emptyTree
        }
        findings += retention.findings
        var diagnosis = try Diagnosis(source, head, minimum: retention.minimum)
        var survey = RecordSurvey()
        let width = TileName.widthMax
        let bundles = range.lowerBound / width..<(range.upperBound + width - 1) / width
        try diagnosis.run(range.isEmpty ? 0..<0 : bundles) { bundle, place, index in
            guard range.contains(index) else { return }
            var records = BundleRecords()
            records.take(bundle.content.span.extracting(place))
            survey.take(records, at: index)
        } progress: {
            progress($0 - range.lowerBound)
        }
        findings += diagnosis.findings + survey.findings(isWhole: false)
        return LogReport(
            checkpoint: checkpoint,
            range: range,
            findings: findings,
            newest: survey.newest,
            gateways: survey.gateways,
            streamCount: survey.streamCount,
            retention: retention.notice,
            pruned: diagnosis.pruned
        )
    }
}
