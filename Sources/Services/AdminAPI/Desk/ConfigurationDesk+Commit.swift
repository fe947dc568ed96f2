// Staging and committing. A commit is kept as pending before the policy service hears of it; from
// then on it ends by what the service says, now or after any number of crashes on either side.

import ClawgressAudit
import ClawgressConfigTree
import ClawgressContract
import HTTPTypes
import Logging

extension ConfigurationDesk {
    /// Validates a caller's candidate and stages it (specification 6.1).
    func configure(
        _ caller: Caller,
        comment: String?
    ) async throws(Refusal) -> ConfigureAnswer {
        guard let candidate = try candidate(of: caller.credentialID) else {
            throw .conflict("candidate_empty", "the candidate has no changes")
        }
        let changes = candidate.tree.changes(from: candidate.base.tree)
        guard candidate.base.id == active.id else {
            throw .outdated(Self.disputed(candidate, active))
        }
        guard !changes.isEmpty else {
            throw .conflict("candidate_empty", "the candidate has no changes")
        }
        try Self.requireUsersUntouched(by: caller, changes)
        let (draft, report) = try await validate(candidate.tree)
        guard candidate.base.id == active.id else {
            throw .outdated(Self.disputed(candidate, active))
        }
        try keep(draft, of: caller, comment: comment)
        try stage(draft.id, candidate)
        return ConfigureAnswer(revision: draft.id, changeCount: changes.count, report: report)
    }

    /// Notes what of a candidate was found good; it may have been edited meanwhile, which leaves it
    /// newer than what is staged.
    private func stage(_ revision: String, _ validated: Candidate) throws(Refusal) {
        guard var candidate = try candidate(of: validated.stored.owner),
            candidate.stored.nonce == validated.stored.nonce
        else {
            throw .conflict("candidate_empty", "the candidate was discarded meanwhile")
        }
        guard validated.stored.version >= candidate.stored.stagedVersion ?? 0 else { return }
        candidate.stored.staged = revision
        candidate.stored.stagedVersion = validated.stored.version
        try store.keep(candidate.stored)
        remember(candidate)
    }

    /// Puts a caller's staged revision into force (specification 6.2).
    func commit(
        _ caller: Caller,
        comment: String?,
        confirmMinutes: Int64?,
        excluded: [String]
    ) async throws(Refusal) -> CommitAnswer {
        try await enter()
        defer { leave() }
        try standings.requireStill(caller, now: clock.seconds)
        // One that has to be confirmed itself confirms nothing.
        if confirmMinutes == nil { try requireNothingWaits() }
        guard let candidate = try candidate(of: caller.credentialID),
            let staged = candidate.stored.staged
        else {
            throw .conflict("nothing_staged", "nothing is staged: configure the candidate first")
        }
        guard candidate.isStaged else {
            throw .conflict(
                "candidate_newer_than_staged",
                "the candidate was changed after it was staged: configure it again, or discard it"
            )
        }
        guard candidate.base.id == active.id else {
            throw Refusal(
                .conflict,
                "staged_outdated",
                "the active revision has changed since this one was staged: rebase the candidate "
                    + "and configure it again",
                paths: Self.disputed(candidate, active)
            )
        }
        let changes = candidate.tree.changes(from: candidate.base.tree)
        try Self.requireUsersUntouched(by: caller, changes)
        var commit = pending(caller, staged, comment: comment, changes)
        commit.summary = Self.summary(commit.summary, without: excluded)
        let answer = try await publish(
            commit,
            candidate.tree,
            confirmSeconds: confirmMinutes.map { $0 * 60 },
            excluded: excluded
        )
        try retire(candidate)
        return answer
    }

    /// Forgets a candidate that was committed, unless it was edited meanwhile.
    private func retire(_ committed: Candidate) throws(Refusal) {
        let owner = committed.stored.owner
        guard try view(of: owner).contentTag == committed.contentTag else {
            _ = try rebase(owner, keep: .mine)
            return
        }
        try discard(owner, keepsLevel: true)
    }

    /// Keeps a commit that would be reverted otherwise.
    func confirm(_ caller: Caller) async throws(Refusal) -> CommitAnswer {
        try await enter()
        defer { leave() }
        try standings.requireStill(caller, now: clock.seconds)
        guard let waiting = try store.unconfirmed(), let serial = waiting.serial else {
            throw .conflict("nothing_to_confirm", "no commit waits for confirmation")
        }
        var commit = pending(caller, waiting.revision, comment: waiting.comment, [])
        commit.action = .confirm
        commit.summary = "confirmed \(waiting.id)"
        return try await carryOut(commit) { (id) async throws(PolicyPlaneError) in
            try await plane.confirm(serial: serial, requestID: id)
        }
    }

    /// Keeps a revision that was found good, for ever the caller's with this comment.
    func keep(
        _ draft: RevisionDraft,
        of caller: Caller,
        comment: String?
    ) throws(Refusal) {
        try store.keep(
            revision: draft.id,
            tree: draft.treeText,
            actor: caller.user,
            comment: comment,
            now: clock.seconds
        )
    }

    /// The snapshot of a configuration and what is to be said of it.
    ///
    /// Others are served meanwhile: a large configuration takes tenths of a second.
    ///
    /// - Throws: 422 with every error.
    func validate(_ tree: ConfigTree) async throws(Refusal) -> (RevisionDraft, ValidationReport) {
        let active = active.tree
        let now = clock.seconds
        let access = try store.usersWithAccess(now: now)
        let store = store
        let (draft, report) = try await Self.aside { () throws(Refusal) in
            let draft = try RevisionDraft(tree)
            let report = try draft.report(
                of: tree,
                after: active,
                access: access,
                now: now,
                hasEnded: store.hasEnded
            )
            return (draft, report)
        }
        guard report.errors.isEmpty else { throw .invalid(report) }
        latestDraft = draft
        return (draft, report)
    }

    /// Works on another thread than the desk's.
    private static func aside<Answer: Sendable>(
        _ work: @escaping @Sendable () throws(Refusal) -> Answer
    ) async throws(Refusal) -> Answer {
        let result = await Task.detached { () -> Result<Answer, Refusal> in
            do throws(Refusal) {
                return .success(try work())
            } catch {
                return .failure(error)
            }
        }.value
        return try result.get()
    }

    func pending(
        _ caller: Caller,
        _ revision: String,
        comment: String?,
        _ changes: [ConfigChange]
    ) -> StoredCommit {
        StoredCommit(
            id: BearerSecret.random(16),
            state: .pending,
            revision: revision,
            askedAt: clock.seconds,
            actor: caller.user,
            role: caller.role,
            source: caller.source,
            credential: caller.credentialID,
            comment: comment,
            summary: Self.summary(changes)
        )
    }

    func publish(
        _ pending: StoredCommit,
        _ tree: ConfigTree,
        confirmSeconds: Int64?,
        excluded: [String]
    ) async throws(Refusal) -> CommitAnswer {
        // The same tree makes the same draft, which takes a large one a third of a second.
        let known = latestDraft.flatMap { $0.id == pending.revision ? $0 : nil }
        let draft: RevisionDraft
        if let known {
            draft = known
        } else {
            draft = try await Self.aside { () throws(Refusal) in try RevisionDraft(tree) }
        }
        let request = PublicationRequest(
            requestID: pending.id,
            revision: pending.revision,
            comment: pending.comment,
            confirmSeconds: confirmSeconds,
            exclude: excluded.isEmpty ? nil : excluded
        )
        let content = draft.content
        return try await carryOut(pending) { (_) async throws(PolicyPlaneError) in
            try await plane.publish(request, content: content)
        }
    }

    /// Keeps a commit as pending, asks the policy service for it, and says how it ended.
    private func carryOut(
        _ pending: StoredCommit,
        _ request: (String) async throws(PolicyPlaneError) -> Publication
    ) async throws(Refusal) -> CommitAnswer {
        var commit = pending
        try store.add(commit)
        let answer: Result<Publication, PolicyPlaneError>
        do throws(PolicyPlaneError) {
            answer = .success(try await request(commit.id))
        } catch {
            answer = .failure(error)
        }
        switch answer {
        case .success(let publication): try settle(&commit, publication)
        case .failure(.refused(let refusal)): throw try abort(&commit, refusal)
        case .failure(.unreachable(let reason)):
            logger.warning("a commit got no answer", metadata: ["reason": "\(reason)"])
            try await ask(&commit)
        }
        guard commit.state == .decided else {
            throw commit.state == .pending ? .commitPending(commit.id) : Self.aborted(commit)
        }
        return CommitAnswer(commit)
    }

    /// Where two people changed the same, or what the other changed.
    private static func disputed(_ candidate: Candidate, _ active: Revision) -> [String] {
        let merge = ConfigTree.merge(
            base: candidate.base.tree,
            mine: candidate.tree,
            theirs: active.tree
        )
        if case .conflicts(let paths) = merge { return paths.prefix(100).map(\.text) }
        let changes = active.tree.changes(from: candidate.base.tree)
        return changes.prefix(100).map(\.path.text)
    }

    /// A summary that says of which gateways' agreement there was no need.
    static func summary(_ summary: String, without excluded: [String]) -> String {
        excluded.isEmpty
            ? summary : "forced without \(excluded.joined(separator: ", ")); \(summary)"
    }

    /// The changes as one bounded text.
    static func summary(_ changes: [ConfigChange]) -> String {
        let shown = changes.prefix(20).map { change in
            let mark = change.kind == .added ? "+" : change.kind == .removed ? "-" : ">"
            return "\(mark) \(change.path.text)"
        }
        let more = changes.count > shown.count ? "; and \(changes.count - shown.count) more" : ""
        return shown.joined(separator: "; ") + more
    }
}
