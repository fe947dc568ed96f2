// The candidate over HTTP, and the two modes of operation.

import ClawgressAudit
import ClawgressConfigTree
import ClawgressContract
import ClawgressModel

extension AdminService {
    /// How many changes an answer lists.
    private static var changesMax: Int { 1_000 }

    func candidate(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let candidate = try await desk.view(of: call.caller.credentialID)
        let answer = await self.answer(candidate)
        if call.has(answer.etag) { return AdminReply.notModified.tagged(answer.etag) }
        return try .json(answer).tagged(answer.etag)
    }

    func discard(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        try call.require(try await desk.view(of: call.caller.credentialID).etag)
        try await desk.discard(call.caller.credentialID)
        return .noContent
    }

    func edit(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let lines = try call.body.optionalTexts("edits", count: 1...100_000, 1...16_384)
        guard let lines else { throw .body("`edits` is missing") }
        let isRelative = try call.body.optionalFlag("relative") ?? false
        // A level can change until the desk has the candidate; without one there is no need to wait.
        let absolute = isRelative ? [] : try Self.edits(lines, at: .top)
        let edited = try await desk.edit(call.caller.credentialID) {
            (candidate) throws(Refusal) in
            try call.require(candidate.etag)
            return (isRelative ? try Self.edits(lines, at: candidate.level) : absolute, ())
        }
        return try await reply(edited.candidate)
    }

    private static func edits(
        _ lines: [String],
        at level: ConfigLevel
    ) throws(Refusal) -> [ConfigEdit] {
        var edits: [ConfigEdit] = []
        var problems: [ConfigProblem] = []
        for (place, line) in lines.enumerated() {
            do throws(ConfigProblem) {
                edits.append(try ConfigEdit(parsing: line, at: level))
            } catch {
                var problem = error
                problem.line = place + 1
                problems.append(problem)
            }
        }
        guard problems.isEmpty else { throw .edits(problems) }
        return edits
    }

    func level(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let move = try Self.move(call.body)
        let candidate = try await desk.move(call.caller.credentialID, move) {
            (candidate) throws(Refusal) in try call.require(candidate.etag)
        }
        return try await reply(candidate)
    }

    /// The one way that a body names.
    private static func move(_ body: JSONBody) throws(Refusal) -> ConfigLevel.Move {
        let path = try body.optionalText("path", 0...ConfigWords.lineBytesMax)
        let up = try body.optionalInteger("up", 1...1_000)
        let top = try body.optionalFlag("top")
        switch (path, up, top) {
        case (let path?, nil, nil):
            do throws(ConfigProblem) {
                return .into(try ConfigWords.split(path))
            } catch {
                throw .pathRefused(error.description)
            }
        case (nil, let up?, nil): return .up(Int(up))
        case (nil, nil, true?): return .top
        default: throw .body("give one of `path`, `up` and `top`, which is `true`")
        }
    }

    func load(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        guard let mode = try call.body.optionalWord("mode", LoadRequest.Mode.self),
            let format = try call.body.optionalWord("format", LoadRequest.Format.self)
        else { throw .body("`mode` and `format` must be given") }
        let text = try call.body.text("text", 0...limits.bodyBytes)
        let candidate = try await desk.load(call.caller.credentialID, mode, format, text) {
            (candidate) throws(Refusal) in try call.require(candidate.etag)
        }
        return try await reply(candidate)
    }

    func rebase(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let keep = try call.body.optionalWord("keep", RebaseRequest.Keep.self)
        return try await reply(try await desk.rebase(call.caller.credentialID, keep: keep))
    }

    func configure(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let comment = try call.body.optionalLine("comment", 512)
        let answer = try await announced(call, .configure, "candidate") {
            () async throws(Refusal) in
            let answer = try await desk.configure(call.caller, comment: comment)
            let candidate = try await desk.view(of: call.caller.credentialID)
            let changes = candidate.tree.changes(from: candidate.base.tree)
            return (answer, "\(answer.revision): \(ConfigurationDesk.summary(changes))")
        }
        return try .json(answer)
    }

    func commit(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let comment = try call.body.optionalLine("comment", 512)
        let minutes = try call.body.optionalInteger("confirm_minutes", 1...1_440)
        let excluded =
            try call.body.optionalTexts("exclude_gateways", count: 1...100, 1...63) ?? []
        do throws(Refusal) {
            try call.requireMayExclude(excluded)
            return try .json(
                try await desk.commit(
                    call.caller,
                    comment: comment,
                    confirmMinutes: minutes,
                    excluded: excluded
                )
            )
        } catch {
            throw try refusedCommit(call, .commit, error)
        }
    }

    func confirm(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        do throws(Refusal) {
            return try .json(try await desk.confirm(call.caller))
        } catch {
            throw try refusedCommit(call, .confirm, error)
        }
    }

    func rollBack(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let name = try call.body.text("to", 1...71)
        let revision = try await named(name, for: call.caller)
        guard let revision else { throw .missing("revision `\(name)`") }
        let base = await desk.active
        var tree = revision.tree
        // What was revoked is so for good, however far one goes back.
        let revocations = StoppedAccess.revocations(of: base.tree, missingIn: tree)
        do throws(ConfigProblems) {
            try tree.apply(revocations)
        } catch {
            throw .edits(error.problems)
        }
        let kept = tree.changes(from: revision.tree).filter { $0.path.words.last == "revoked" }
        let candidate = try await desk.replace(call.caller.credentialID, with: tree, base: base)
        return try await reply(candidate, keptRevoked: kept.map { $0.path.words.dropLast() })
    }

    /// Notes a commit that never reached the policy service; those that did are noted already.
    func refusedCommit(
        _ call: AdminCall,
        _ action: AdminAction,
        _ refusal: Refusal
    ) throws(Refusal) -> Refusal {
        if !refusal.hasEvent { try record(call.caller, action, "", "", refusal: refusal) }
        return refusal
    }

    /// - Parameter keptRevoked: the paths of keys that are revoked although what was loaded does not
    ///   say so; nil if that was not looked for.
    func reply(
        _ candidate: ConfigurationDesk.Candidate,
        keptRevoked: [ArraySlice<String>]? = nil
    ) async throws(Refusal) -> AdminReply {
        var answer = await self.answer(candidate)
        answer.keptRevoked = keptRevoked.map { paths in
            paths.prefix(Self.changesMax).map { ConfigPath(Array($0)).text }
        }
        return try .json(answer).tagged(answer.etag)
    }

    private func answer(_ candidate: ConfigurationDesk.Candidate) async -> CandidateAnswer {
        let changes = candidate.tree.changes(from: candidate.base.tree)
        let active = await desk.active.id
        return CandidateAnswer(
            etag: candidate.etag,
            level: candidate.level.path.text,
            baseRevision: candidate.base.id,
            outdated: candidate.base.id != active,
            changeCount: changes.count,
            changes: changes.prefix(Self.changesMax).map(ChangeEntry.init)
        )
    }
}

extension ChangeEntry {
    init(_ change: ConfigChange) {
        let kind: Kind =
            switch change.kind {
            case .added: .added
            case .removed: .removed
            case .changed: .changed
            }
        self.init(
            kind: kind,
            path: change.path.text,
            old: change.old?.word,
            new: change.new?.word
        )
    }
}
