// What became of commits: the answer of the policy service is the truth, and whoever missed it asks
// again. The service also publishes by itself, when nobody confirms in time.

import ClawgressAudit
import ClawgressContract
import HTTPTypes
import Logging

extension ConfigurationDesk {
    /// How many commits wait for the one that is under way.
    private static var waitingMax: Int { 16 }

    /// Waits until no other commit is under way, and none has an unknown end.
    ///
    /// Such a one decides what is active, so it comes first.
    func enter() async throws(Refusal) {
        if isPublishing {
            guard waiting.count < Self.waitingMax else {
                throw .conflict("commit_in_progress", "too many commits are under way: try again")
            }
            await withCheckedContinuation { waiting.append($0) }
        }
        isPublishing = true
        do throws(Refusal) {
            for var commit in try store.pendingCommits() {
                try await ask(&commit)
                if commit.state == .pending { throw .otherCommitPending(commit.id) }
            }
            try await followPublished()
        } catch {
            leave()
            throw error
        }
    }

    /// A change is judged and made on what is in force, also if the policy service published it.
    ///
    /// After a restore nobody here knows what that is; then the next commit takes its place.
    private func followPublished() async throws(Refusal) {
        do throws(Refusal) {
            try await followLatest()
        } catch {
            guard error.problem.code == Refusal.publishedUnknownCode else { throw error }
            note(error.problem.detail)
        }
    }

    /// Lets the next commit begin.
    func leave() {
        guard !waiting.isEmpty else {
            isPublishing = false
            return
        }
        waiting.removeFirst().resume()
    }

    /// Asks for the end of every commit that is pending, and follows what is in force.
    func follow() async {
        guard !isPublishing else { return }
        isPublishing = true
        defer { leave() }
        do throws(Refusal) {
            for var commit in try store.pendingCommits() {
                try await ask(&commit)
                // What came behind it must not be taken over before it.
                guard commit.state != .pending else { return }
            }
            try await followLatest()
        } catch {
            note(error.problem.detail)
            return
        }
        note(nil)
    }

    /// Says once that the policy service cannot be followed, and once that it can again.
    private func note(_ problem: String?) {
        guard problem != followProblem else { return }
        followProblem = problem
        if let problem {
            logger.warning("cannot follow the policy service", metadata: ["detail": "\(problem)"])
        } else {
            logger.notice("following the policy service again")
        }
    }

    /// Whether every commit's end is known.
    func isSettled() throws(Refusal) -> Bool { try store.pendingCommits().isEmpty }

    /// Asks what became of a commit that got no answer, or takes it back if nothing has yet.
    func ask(_ commit: inout StoredCommit) async throws(Refusal) {
        let publication: Publication?
        do throws(PolicyPlaneError) {
            publication = try await plane.withdraw(commit.id)
        } catch {
            return
        }
        if let publication {
            try settle(&commit, publication)
        } else {
            commit.state = .aborted
            try conclude(&commit, code: "policy_service_unreachable")
        }
    }

    /// Takes over what the policy service published by itself.
    private func followLatest() async throws(Refusal) {
        let latest: Publication?
        do throws(PolicyPlaneError) {
            latest = try await plane.latest()
        } catch {
            throw Self.refusal(error)
        }
        guard let latest else { return }
        if let known = try store.newestPublication(),
            (known.epoch, known.serial) >= (latest.epoch, latest.serial)
        {
            return
        }
        let system = Caller.policyService
        // One of ours that was taken for lost has its own actor.
        var commit =
            try store.commit(latest.requestID)
            ?? StoredCommit(
                id: latest.requestID,
                state: .pending,
                revision: latest.revision,
                askedAt: latest.createdAt,
                actor: system.user,
                source: system.source,
                credential: system.credentialID,
                comment: latest.comment,
                summary: latest.kind.rawValue
            )
        guard try revision(latest.revision) != nil else {
            throw .publishedUnknown(latest.revision)
        }
        commit.action =
            switch latest.kind {
            case .publication: .commit
            case .confirmation: .confirm
            case .reversion: .revert
            }
        try finish(&commit, latest)
    }

    func settle(_ commit: inout StoredCommit, _ publication: Publication) throws(Refusal) {
        switch publication.state {
        case .preparing: return
        case .aborted:
            commit.state = .aborted
            commit.rollout = publication.rollout
            try conclude(&commit, code: PolicyProblem.publicationAborted)
        case .decided:
            try finish(&commit, publication)
        }
    }

    /// Notes a decided publication: from here on its revision is the active one.
    func finish(
        _ commit: inout StoredCommit,
        _ publication: Publication
    ) throws(Refusal) {
        commit.state = .decided
        commit.epoch = publication.epoch
        commit.serial = publication.serial
        commit.decidedAt = publication.decidedAt ?? clock.seconds
        commit.confirmBy = publication.confirmBy
        commit.rollout = publication.rollout
        let next = try revision(commit.revision)
        // What may be taken back takes nothing from anybody: those who are gone have no role as long
        // as they are. Without any user the founder is let in again, so that nobody is locked out.
        let users = next?.userNames ?? []
        try store.settle(
            commit,
            event: note(of: commit),
            // A reversion takes back what was before it, whatever else was.
            takingBack: publication.kind == .reversion ? publication.previous : nil,
            keepingUsers: users.isEmpty || commit.confirmBy != nil ? nil : users,
            endedKeys: next.map { StoppedAccess.ended(from: active.tree, to: $0.tree) } ?? []
        )
        if let next { active = next }
        if let ended = commit.takesBack {
            logger.notice(
                "an unconfirmed commit was taken back by a change at once",
                metadata: ["commit": "\(ended)", "by": "\(commit.id)"]
            )
        }
        try store.forget(olderThan: limits.revisionsKept)
    }

    /// Notes that a commit changed nothing.
    func conclude(_ commit: inout StoredCommit, code: String) throws(Refusal) {
        commit.decidedAt = clock.seconds
        var note = note(of: commit)
        note.refuse(code)
        try store.settle(commit, event: note)
    }

    private func note(of commit: StoredCommit) -> AdminNote {
        let caller = Caller(of: commit)
        let now = clock.microseconds()
        var note = AdminNote(caller, commit.action, commit.revision, commit.summary, at: now)
        note.role = commit.role
        note.revision = commit.revision
        note.commitID = commit.id
        note.serial = commit.serial
        return note
    }

    /// Notes a refusal of the policy service and says what the caller is told.
    func abort(_ commit: inout StoredCommit, _ refusal: PolicyRefusal) throws(Refusal) -> Refusal {
        commit.state = .aborted
        commit.rollout = refusal.refusals
        try conclude(&commit, code: refusal.code)
        var answer =
            switch refusal.code {
            case PolicyProblem.contentRefused: Self.contentRefused(refusal)
            case PolicyProblem.publicationAborted: Self.aborted(commit)
            default: Self.refusal(.refused(refusal))
            }
        answer.hasEvent = true
        return answer
    }

    private static func contentRefused(_ refusal: PolicyRefusal) -> Refusal {
        Refusal(
            .unprocessableContent,
            refusal.code,
            "gateways would not take this: \(refusal.problems.first?.message ?? refusal.detail)",
            errors: refusal.problems
        )
    }

    static func aborted(_ commit: StoredCommit) -> Refusal {
        let names = commit.rollout.filter { $0.state == "refused" }
        let list = names.map { "\($0.gatewayID): \($0.reason ?? $0.code ?? "refused")" }
        let reason =
            list.isEmpty ? "the policy service could not publish" : list.joined(separator: "; ")
        var refusal = Refusal(
            .conflict,
            "publication_aborted",
            "nothing was changed anywhere: \(reason)",
            refusals: names
        )
        refusal.hasEvent = true
        return refusal
    }

    /// What a caller is told of the policy service's failure.
    static func refusal(_ error: PolicyPlaneError) -> Refusal {
        switch error {
        case .unreachable(let reason): .policyService(reason)
        case .refused(let refusal) where refusal.status == 404:
            .missing("such gateway or publication")
        case .refused(let refusal): .conflict(refusal.code, refusal.detail)
        }
    }
}

extension Caller {
    /// The policy service, where it acted by itself.
    static var policyService: Caller {
        Caller(
            user: "(clawgress-policy)",
            role: .admin,
            kind: .session,
            credentialID: "",
            expiresAt: 0,
            source: "mesh"
        )
    }

    /// Who asked for a commit.
    init(of commit: StoredCommit) {
        self.init(
            user: commit.actor,
            role: .operator,
            kind: .session,
            credentialID: commit.credential,
            expiresAt: 0,
            source: commit.source
        )
    }
}

extension CommitAnswer {
    init(_ commit: StoredCommit) {
        self.init(
            commitID: commit.id,
            state: commit.state,
            revision: commit.revision,
            epoch: commit.epoch,
            serial: commit.serial,
            timestamp: AdminTime.text(commit.decidedAt ?? commit.askedAt),
            actor: commit.actor,
            comment: commit.comment,
            confirmBy: commit.confirmBy.map(AdminTime.text),
            revertedCommit: commit.state == .decided ? commit.takesBack : nil,
            rollout: commit.rollout,
            notice: commit.state == .decided ? Self.notice(commit.rollout) : nil
        )
    }

    /// What to say of a commit that no gateway had to agree to.
    private static func notice(_ rollout: [RolloutEntry]) -> String? {
        guard !rollout.isEmpty else { return "no gateway is enrolled, so none had to agree" }
        let agreed = rollout.contains { ["prepared", "activated"].contains($0.state) }
        return agreed
            ? nil : "no gateway had to agree: those that are away catch up when they connect"
    }
}
