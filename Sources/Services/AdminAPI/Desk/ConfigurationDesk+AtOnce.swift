// Commits of one change, without a candidate; and what they mean while a commit waits for its
// confirmation. A change at once must not confirm in passing what somebody else only tries out, and
// nothing may keep a key alive that is to be revoked.

import ClawgressConfigTree
import ClawgressContract
import HTTPTypes

extension ConfigurationDesk {
    /// Which configurations a change at once is about.
    struct Ground: Sendable {
        /// What is changed: the active one or, to end the wait for a confirmation, the one that
        /// would come back.
        let base: ConfigTree
        /// What agents are under until then.
        let active: ConfigTree

        init(base: ConfigTree, active: ConfigTree) {
            self.base = base
            self.active = active
        }

        /// A candidate, which is all that its change is about.
        init(_ candidate: ConfigTree) {
            self.init(base: candidate, active: candidate)
        }
    }

    /// Makes a commit of a few edits.
    ///
    /// - Parameters:
    ///   - endsWait: whether it goes on while a commit waits for its confirmation, by taking that
    ///     one back. Otherwise it is refused.
    ///   - excluded: gateways that need not agree.
    ///   - makeEdits: says what is to be edited, having seen what is there; no other commit can come
    ///     in between. It may refuse.
    func commitNow<Note: Sendable>(
        _ caller: Caller,
        comment: String?,
        endsWait: Bool,
        excluded: [String],
        _ makeEdits: @Sendable (Ground) throws(Refusal) -> (edits: [ConfigEdit], note: Note)
    ) async throws(Refusal) -> (commit: CommitAnswer, note: Note) {
        try await enter()
        defer { leave() }
        try standings.requireStill(caller, now: clock.seconds)
        if !endsWait { try requireNothingWaits() }
        let waiting = try store.unconfirmed()
        let base = try waiting == nil ? active : confirmed()
        var tree = base.tree
        let (edits, note) = try makeEdits(Ground(base: tree, active: active.tree))
        do throws(ConfigProblems) {
            try tree.apply(edits)
        } catch {
            throw .edits(error.problems)
        }
        let changes = tree.changes(from: base.tree)
        // To take the other commit back can be all that there is to do.
        guard waiting != nil || !changes.isEmpty else {
            throw .conflict("nothing_changed", "the active revision says this already")
        }
        try Self.requireUsersUntouched(by: caller, changes)
        let (draft, _) = try await validate(tree)
        try keep(draft, of: caller, comment: comment)
        var commit = pending(caller, draft.id, comment: comment, changes)
        // The same content is not taken back: it is what the caller wants, whoever confirms the other.
        if let waiting, draft.id != active.id {
            commit.takesBack = waiting.id
            commit.summary = "took back the unconfirmed \(waiting.id); \(commit.summary)"
        }
        commit.summary = Self.summary(commit.summary, without: excluded)
        return (try await publish(commit, tree, confirmSeconds: nil, excluded: excluded), note)
    }

    /// Refuses what would keep a commit that nobody has confirmed.
    func requireNothingWaits() throws(Refusal) {
        guard let waiting = try store.unconfirmed() else { return }
        throw .confirmationPending(waiting.id, until: waiting.confirmBy ?? 0)
    }

    /// Every configuration that agents may be under without another commit: the active one, and the
    /// one that comes back if nobody confirms that.
    func possible() throws(Refusal) -> [ConfigTree] {
        guard try store.unconfirmed() != nil else { return [active.tree] }
        return [active.tree, try confirmed().tree]
    }

    /// What comes back if nobody confirms what is in force.
    private func confirmed() throws(Refusal) -> Revision {
        guard let id = try store.confirmedRevision(), let revision = try revision(id) else {
            throw .unavailable("the revision that an unconfirmed commit replaced is not kept here")
        }
        return revision
    }
}
