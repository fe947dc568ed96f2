// What others remember of a log: an auditor's kept checkpoint, and the one that witnesses have signed. A
// log without such a memory can only be held against itself.

public import ClawgressTransparencyLog

/// A checkpoint that witnesses have signed.
public struct WitnessedCheckpoint: Sendable {
    /// The tree.
    public let checkpoint: Checkpoint
    /// The witnesses' signatures, each key's once.
    public let signatures: [VerifiedSignature]
}

extension LogVerifier {
    /// The log's newest checkpoint that witnesses have signed.
    ///
    /// It must be read before the log's own: a log that goes on meanwhile would be behind it.
    ///
    /// - Parameters:
    ///   - keys: the witnesses that are believed.
    ///   - required: how many of them must have signed.
    /// - Throws: `LogFailure.found`: `.witnesses` if there is none, or too few have signed.
    public func witnessedCheckpoint(
        by keys: [NoteKey],
        required: Int
    ) throws(LogFailure) -> WitnessedCheckpoint {
        guard let content = try source.content(of: LogFile.witnessedCheckpoint) else {
            throw .found(.witnesses(good: 0, required: required, wrong: []))
        }
        let checkpoint = try Self.checkpoint(content, key: key)
        guard let note = try? SignedNote(content) else {
            throw .found(.checkpointRefused(.note(.malformed)))
        }
        let count = CosignatureCount(note, by: keys)
        guard count.wrong.isEmpty, count.good.count >= required else {
            let good = count.good.count
            throw .found(.witnesses(good: good, required: required, wrong: count.wrong))
        }
        return WitnessedCheckpoint(checkpoint: checkpoint, signatures: count.good)
    }

    /// What earlier checkpoints say about the tree.
    ///
    /// - Parameter root: the root of the tree when it had the size of an earlier one; nil if it is
    ///   not known.
    static func memory(
        _ remembered: Checkpoint?,
        _ witnessed: Checkpoint?,
        _ head: TreeHead,
        root: (TreeHead) throws(LogFailure) -> TreeHash?
    ) throws(LogFailure) -> [LogFinding] {
        func isKept(_ old: TreeHead) throws(LogFailure) -> Bool {
            guard old.size <= head.size else { return false }
            // Equal sizes need no entry to be read.
            if old.size == head.size { return old.root == head.root }
            let now = try root(old)
            return now == nil || now == old.root
        }
        var findings: [LogFinding] = []
        if let old = remembered?.head, try !isKept(old) {
            findings.append(
                old.size > head.size
                    ? .rolledBack(remembered: old.size, now: head.size)
                    : .forked(remembered: old.size)
            )
        }
        if let old = witnessed?.head, try !isKept(old) {
            findings.append(.witnessedOther(size: old.size, now: head.size))
        }
        return findings
    }
}

/// From which entry on a log has entries.
struct LogRetention {
    var notice: RetentionNotice?
    var findings: [LogFinding] = []

    /// Entries before it may not be there.
    var minimum: Int { notice?.minimum ?? 0 }
}

extension LogVerifier {
    /// What the log says of pruned entries; nothing that is not signed is believed.
    func retention(_ head: TreeHead) throws(LogFailure) -> LogRetention {
        guard let content = try source.content(of: LogFile.retention) else {
            return LogRetention()
        }
        do throws(RetentionError) {
            let notice = try RetentionNotice.verified(content, of: key.name, by: [key])
            guard notice.minimum <= head.size else { throw .malformed }
            return LogRetention(notice: notice)
        } catch {
            return LogRetention(findings: [.retentionRefused(error)])
        }
    }

    /// From which entry on the log says that it has entries; 0 if it says nothing that is signed.
    public func minimumIndex(of head: TreeHead) throws(LogFailure) -> Int {
        try retention(head).minimum
    }
}
