// The one place where configurations change. It is an actor, so two operators are served one after
// the other, and what one of them is told cannot have been undone by the other meanwhile.

import ClawgressBytes
import ClawgressConfigTree
import ClawgressContract
import ClawgressJWS
import Crypto
import Logging

/// Candidates, revisions, commits.
actor ConfigurationDesk {
    /// A whole configuration and its name.
    struct Revision: Sendable {
        let id: String
        let tree: ConfigTree

        /// The configured users.
        var userNames: Set<String> { Set((tree.node(at: ["user"])?.children ?? [:]).keys) }
    }

    /// A candidate with its content.
    struct Candidate: Sendable {
        var stored: StoredCandidate
        let base: Revision
        var tree: ConfigTree
        /// What it takes to make it again.
        var steps: Steps
        /// Where its owner is in the grammar.
        var level: ConfigLevel

        /// Changes with every change of the content.
        var contentTag: String { "\(stored.nonce)-\(stored.version)" }
        /// The name of the content, of which there is no other.
        var contentName: String { stored.version == 0 ? base.id : contentTag }
        /// Changes with whatever an edit depends on: the content, and where lines are read.
        var etag: String {
            guard !level.isTop else { return contentTag }
            let digest = Hexadecimal.encode(SHA256.hash(data: Array(level.path.text.utf8)))
            return "\(contentTag)-\(digest.prefix(16))"
        }
        var isStaged: Bool { stored.staged != nil && stored.stagedVersion == stored.version }
    }

    /// The steps of a candidate as they are kept.
    struct Steps: Sendable {
        var count = 0
        /// Of the edits since the last whole configuration.
        var editBytes = 0
        /// Of that.
        var treeBytes = 0

        mutating func add(_ step: CandidateStep) {
            switch step {
            case .tree: self = Steps(count: 1, treeBytes: step.byteCount)
            case .edits:
                count += 1
                editBytes += step.byteCount
            }
        }
    }

    let store: AdminStore
    let limits: AdminLimits
    let plane: any PolicyPlane
    let clock: AdminClock
    let logger: Logger
    /// Who may do what by the active revision; to be asked without waiting for the desk.
    nonisolated let standings: Standings
    /// What is in force, as far as is known.
    var active: Revision { didSet { standings.operators.replace(with: active.tree) } }
    /// A commit is with the policy service.
    var isPublishing = false
    /// Why the policy service could not be followed last; nil if it could.
    var followProblem: String?
    /// Those that wait for it.
    var waiting: [CheckedContinuation<Void, Never>] = []
    /// What was found good last: most often it is committed next.
    var latestDraft: RevisionDraft?
    /// Candidates that were looked at lately; all of them are in the store.
    var candidates: [String: Candidate] = [:]
    /// Trees of other revisions that were looked at lately.
    private var trees: [String: ConfigTree] = [:]

    private static var candidatesInMemoryMax: Int { 64 }
    private static var treesInMemoryMax: Int { 8 }

    init(
        store: AdminStore,
        plane: any PolicyPlane,
        limits: AdminLimits,
        clock: AdminClock,
        logger: Logger
    ) throws(Refusal) {
        self.store = store
        self.limits = limits
        self.plane = plane
        self.clock = clock
        self.logger = logger
        let stored = try Self.stored(try store.published(back: 0), in: store)
        let active = if let stored { stored } else { try Self.beginning(store, clock) }
        standings = Standings(store: store, operators: Operators(active.tree))
        self.active = active
    }

    /// An empty configuration: what is in force before the first commit.
    private static func beginning(
        _ store: AdminStore,
        _ clock: AdminClock
    ) throws(Refusal) -> Revision {
        let draft = try RevisionDraft(ConfigTree())
        try store.keep(
            revision: draft.id,
            tree: draft.treeText,
            actor: "system",
            comment: "nothing configured",
            now: clock.seconds
        )
        return Revision(id: draft.id, tree: ConfigTree())
    }

    private static func stored(
        _ id: String?,
        in store: AdminStore
    ) throws(Refusal) -> Revision? {
        guard let id, let text = try store.tree(of: id) else { return nil }
        return Revision(id: id, tree: try tree(of: text, id))
    }

    private static func tree(of text: [UInt8], _ id: String) throws(Refusal) -> ConfigTree {
        guard let json = try? StrictJSON.read(text.span),
            let tree = try? ConfigTree(json: json)
        else { throw .unavailable("the stored revision \(id) cannot be read") }
        return tree
    }

    /// A revision with its configuration; nil if it is not kept.
    func revision(_ id: String) throws(Refusal) -> Revision? {
        if id == active.id { return active }
        if let tree = trees[id] { return Revision(id: id, tree: tree) }
        guard let revision = try Self.stored(id, in: store) else { return nil }
        if trees.count >= Self.treesInMemoryMax { trees.removeAll() }
        trees[id] = revision.tree
        return revision
    }

    /// A caller's candidate; nil while it has none.
    func candidate(of owner: String) throws(Refusal) -> Candidate? {
        if let candidate = candidates[owner] { return candidate }
        guard let (stored, steps) = try store.candidate(of: owner),
            let base = try revision(stored.base)
        else { return nil }
        var tree = base.tree
        for step in steps {
            switch step {
            case .tree(let text): tree = try Self.tree(of: text, "candidate")
            case .edits(let text):
                do throws(ConfigProblems) {
                    try tree.apply(commands: text)
                } catch {
                    throw .unavailable("the stored candidate cannot be read: discard it")
                }
            }
        }
        let kept = steps.reduce(into: Steps()) { $0.add($1) }
        let candidate = Candidate(
            stored: stored,
            base: base,
            tree: tree,
            steps: kept,
            level: try level(of: owner)
        )
        remember(candidate)
        return candidate
    }

    func remember(_ candidate: Candidate) {
        if candidates.count >= Self.candidatesInMemoryMax { candidates.removeAll() }
        candidates[candidate.stored.owner] = candidate
    }
}
