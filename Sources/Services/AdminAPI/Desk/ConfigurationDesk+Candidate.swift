// Changing a candidate: edits, whole texts, rebase, discard.

import ClawgressConfigTree
import ClawgressContract
import ClawgressJWS
import HTTPTypes

extension ConfigurationDesk {
    /// After so many steps the configuration itself is kept instead of them.
    private static var stepsMax: Int { 1_000 }
    /// And after so many bytes of edits, if the last whole configuration has no more.
    private static var editBytesMin: Int { 1 << 20 }

    /// A caller's candidate as it is, or as it would begin.
    func view(of owner: String) throws(Refusal) -> Candidate {
        if let candidate = try candidate(of: owner) { return candidate }
        let stored = StoredCandidate(owner: owner, nonce: "new", base: active.id, version: 0)
        return Candidate(
            stored: stored,
            base: active,
            tree: active.tree,
            steps: Steps(),
            level: try level(of: owner)
        )
    }

    /// Applies edits, all or none.
    ///
    /// - Parameter makeEdits: says what is to be edited, having seen what is there; nothing can
    ///   change in between. It may refuse.
    func edit<Note: Sendable>(
        _ owner: String,
        _ makeEdits: @Sendable (Candidate) throws(Refusal) -> (edits: [ConfigEdit], note: Note)
    ) throws(Refusal) -> (candidate: Candidate, note: Note) {
        let (edits, note) = try makeEdits(try view(of: owner))
        var candidate = try beginning(owner)
        do throws(ConfigProblems) {
            try candidate.tree.apply(edits)
        } catch {
            throw .edits(error.problems)
        }
        let text = edits.map { $0.text + "\n" }.joined()
        return (try keep(&candidate, .edits(text)), note)
    }

    /// Puts a whole configuration into the candidate.
    func replace(
        _ owner: String,
        with tree: ConfigTree,
        base: Revision? = nil,
        if isWanted: @Sendable (Candidate) throws(Refusal) -> Void = { (_) throws(Refusal) in }
    ) throws(Refusal) -> Candidate {
        let old = try beginning(owner, if: isWanted)
        var stored = old.stored
        stored.base = (base ?? old.base).id
        var candidate = Candidate(
            stored: stored,
            base: base ?? old.base,
            tree: tree,
            steps: old.steps,
            level: old.level
        )
        return try keep(&candidate, .tree(Array(tree.canonicalText.utf8)))
    }

    /// Loads a text, instead of what is there or in addition to it.
    func load(
        _ owner: String,
        _ mode: LoadRequest.Mode,
        _ format: LoadRequest.Format,
        _ text: String,
        if isWanted: @Sendable (Candidate) throws(Refusal) -> Void
    ) throws(Refusal) -> Candidate {
        var tree = ConfigTree()
        if mode == .merge { tree = try view(of: owner).tree }
        do throws(ConfigProblems) {
            switch format {
            case .commands: try tree.apply(commands: text)
            case .json:
                let loaded = try ConfigTree(json: try Self.json(text))
                try tree.apply(loaded.edits(from: ConfigTree()))
            }
        } catch {
            throw .edits(error.problems)
        }
        return try replace(owner, with: tree, if: isWanted)
    }

    /// Takes the changes over to the active revision.
    func rebase(_ owner: String, keep preference: RebaseRequest.Keep?) throws(Refusal) -> Candidate
    {
        let candidate = try view(of: owner)
        guard candidate.base.id != active.id else { return candidate }
        let merge = ConfigTree.merge(
            base: candidate.base.tree,
            mine: candidate.tree,
            theirs: active.tree,
            preference: preference.map { $0 == .mine ? .mine : .theirs }
        )
        switch merge {
        case .merged(let tree): return try replace(owner, with: tree, base: active)
        case .conflicts(let paths):
            throw Refusal(
                .conflict,
                "rebase_conflict",
                "both sides changed the same paths: rebase again with `keep` set to `mine` or "
                    + "`theirs`, or edit them first",
                paths: paths.prefix(100).map(\.text)
            )
        }
    }

    /// Forgets the candidate.
    ///
    /// - Parameter keepsLevel: whether its owner stays where they are; else they are at the top.
    func discard(_ owner: String, keepsLevel: Bool = false) throws(Refusal) {
        try store.discardCandidate(of: owner, keepsLevel: keepsLevel)
        candidates[owner] = nil
    }

    private func beginning(
        _ owner: String,
        if isWanted: @Sendable (Candidate) throws(Refusal) -> Void = { (_) throws(Refusal) in }
    ) throws(Refusal) -> Candidate {
        var candidate = try view(of: owner)
        try isWanted(candidate)
        if candidate.stored.version == 0 { candidate.stored.nonce = BearerSecret.random(8) }
        return candidate
    }

    private func keep(
        _ candidate: inout Candidate,
        _ step: CandidateStep
    ) throws(Refusal) -> Candidate {
        candidate.stored.version += 1
        var step = step
        candidate.steps.add(step)
        if candidate.steps.count > Self.stepsMax
            || candidate.steps.editBytes > max(Self.editBytesMin, candidate.steps.treeBytes)
        {
            step = .tree(Array(candidate.tree.canonicalText.utf8))
            candidate.steps.add(step)
        }
        try store.keep(candidate.stored, step: step, bytesMax: limits.candidateBytesPerUser)
        remember(candidate)
        return candidate
    }

    private static func json(_ text: String) throws(ConfigProblems) -> JSONValue {
        do throws(JSONError) {
            return try StrictJSON.read(text)
        } catch {
            let found = "\(error.problem.rawValue) at byte \(error.offset)"
            throw ConfigProblems([
                ConfigProblem(.formWrong, at: [], found: found, allowed: ["valid JSON"])
            ])
        }
    }
}
