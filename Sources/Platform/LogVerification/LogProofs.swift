// Proofs made from a log's own files. Whoever makes one checks it, too: a log whose files were
// damaged must say so here, and not to the one who is handed the proof.

public import ClawgressTransparencyLog

/// Makes proofs of a log.
public struct LogProofs<Source: LogSource> {
    private let source: Source

    /// Proofs from these files.
    public init(_ source: Source) {
        self.source = source
    }

    /// The proof that one tree goes on where another one ended.
    ///
    /// - Throws: `LogFailure.found`: `.forked` if it does not, `.tile` if the files do not tell.
    public func consistency(
        from old: TreeHead,
        to new: TreeHead
    ) throws(LogFailure) -> [TreeHash] {
        guard let plan = try? ProofPlan.consistency(from: old.size, to: new.size) else {
            throw .found(.rolledBack(remembered: old.size, now: new.size))
        }
        let files = TreeFiles(source: source, size: new.size, published: try publishedSize)
        let proof = try hashes(plan, files)
        do throws(ProofError) {
            try TreeProof.checkConsistency(from: old, to: new, proof)
        } catch {
            throw .found(try damage(of: plan, files, new) ?? .forked(remembered: old.size))
        }
        return proof
    }

    /// Whether one tree goes on where another one ended.
    ///
    /// - Throws: `LogFailure`, if the files do not tell.
    func isConsistent(from old: TreeHead, to new: TreeHead) throws(LogFailure) -> Bool {
        do throws(LogFailure) {
            _ = try consistency(from: old, to: new)
            return true
        } catch .found(.forked) {
            return false
        }
    }

    /// The path from an entry to the root.
    ///
    /// - Throws: `LogFailure.found`: `.edited` if the entry is not what was signed, `.tile` if the
    ///   files do not tell.
    public func inclusion(
        of entry: [UInt8],
        at index: Int,
        in head: TreeHead
    ) throws(LogFailure) -> [TreeHash] {
        guard let plan = try? ProofPlan.inclusion(of: index, in: head.size) else {
            throw .found(.shorter(found: head.size, signed: index + 1))
        }
        let files = TreeFiles(source: source, size: head.size)
        let proof = try hashes(plan, files)
        do throws(ProofError) {
            try TreeProof.checkInclusion(of: .leaf(entry), at: index, in: head, proof)
        } catch {
            throw .found(try damage(of: plan, files, head) ?? .edited(count: 1, first: index))
        }
        return proof
    }

    /// The size that the log's checkpoint says; only to find files, so nobody need vouch for it.
    private var publishedSize: Int? {
        get throws(LogFailure) {
            guard let content = try source.content(of: LogFile.checkpoint) else { return nil }
            return (try? SignedNote(content)).flatMap { Checkpoint(text: $0.text)?.head.size }
        }
    }

    private func hashes(
        _ plan: ProofPlan,
        _ files: TreeFiles<Source>
    ) throws(LogFailure) -> [TreeHash] {
        try plan.hashes { node throws(LogFailure) in
            guard let hash = try files.hash(of: node) else {
                let name = TileName.holding(node, ofTree: files.size)
                throw .found(.tile(path: name?.path ?? ""))
            }
            return hash
        }
    }

    /// Which of a plan's files does not lead to the root; nil if all do.
    private func damage(
        of plan: ProofPlan,
        _ files: TreeFiles<Source>,
        _ head: TreeHead
    ) throws(LogFailure) -> LogFinding? {
        // A proof without hashes needs no file.
        guard !plan.nodes.isEmpty else { return nil }
        var tiles = try TrustedTiles(files, head)
        guard tiles.isRooted else { return .rewritten(0..<head.size) }
        for node in plan.nodes {
            guard let name = TileName.holding(node, ofTree: head.size),
                case .hashes(let level) = name.kind
            else { continue }
            if try tiles.hashes(level: level, index: name.index) == nil {
                return .tile(path: name.path)
            }
        }
        return nil
    }
}
