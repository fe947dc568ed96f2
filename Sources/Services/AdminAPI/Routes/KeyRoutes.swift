// Agents' API keys: made here, shown once, kept as digests in the configuration.

import ClawgressAudit
import ClawgressConfigTree
import ClawgressContract
import ClawgressIdentity
import ClawgressModel
import HTTPTypes

extension AdminService {
    private func keyPath(_ call: AdminCall) -> ConfigPath { ["agent", call.id, "key"] }

    func keys(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let limit = try call.limit()
        let tree = try await tree(call)
        guard tree.node(at: ["agent", call.id]) != nil else {
            throw .missing("agent `\(call.id.prefix(64))`")
        }
        let entries = tree.node(at: keyPath(call))?.children ?? [:]
        let cursor = call.query["cursor"] ?? ""
        let names = entries.keys.filter { $0 > cursor }.sorted()
        let page = names.prefix(limit).map { keyID in
            KeySummary(
                keyID: keyID,
                createdAt: entries[keyID]?["created"]?.value?.word,
                expiresAt: entries[keyID]?["expires"]?.value?.word,
                revokedAt: entries[keyID]?["revoked"]?.value?.word
            )
        }
        return try .json(
            Page(items: page, nextCursor: names.count > limit ? page.last?.keyID : nil)
        ).tagged(for: call)
    }

    func makeKey(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let life = try call.body.optionalInteger("expires_seconds", 60...315_360_000)
        let commits = try call.flag("commit")
        let now = clock.seconds
        let expiresAt = life.map { now + $0 }
        var generator = SystemRandomNumberGenerator()
        let key = APIKey.generate(using: &generator)
        let record = key.record(createdAt: now, expiresAt: expiresAt)
        let path = keyPath(call)
        let commit = try await announced(call, .keyCreate, call.id) {
            () async throws(Refusal) in
            let keyID = path.appending(key.keyID)
            let changed = try await change(call, commits, .keyCreate, keyID) {
                (ground) throws(Refusal) in
                guard ground.base.node(at: ["agent", call.id]) != nil else {
                    throw .missing("agent `\(call.id.prefix(64))`")
                }
                try Self.requireRoom(for: call.id, in: ground.base, now: now)
                return (Self.edits(record, path), ())
            }
            return (changed.commit, key.keyID)
        }
        return try .json(
            KeyCreated(
                agentID: call.id,
                keyID: key.keyID,
                key: key.fullText,
                createdAt: AdminTime.text(now),
                expiresAt: expiresAt.map(AdminTime.text),
                commit: commit
            ),
            .created
        ).secret()
    }

    func revokeKey(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let keyID = call.arguments[1]
        let path = keyPath(call).appending(keyID)
        let moment = ConfigValue.text(AdminTime.text(clock.seconds))
        let candidate = try await desk.view(of: call.caller.credentialID).tree
        let commit = try await announced(call, .keyRevoke, "\(call.id) \(keyID.prefix(64))") {
            () async throws(Refusal) in
            let comment = "revoke key \(keyID.prefix(64)) of \(call.id.prefix(64))"
            let (commit, _) = try await desk.commitNow(
                call.caller,
                comment: comment,
                endsWait: true,
                excluded: try call.excludedGateways()
            ) { (ground) throws(Refusal) in
                let found = [ground.base, ground.active].compactMap { $0.node(at: path) }
                guard let key = found.first else {
                    throw candidate.node(at: path) == nil
                        ? .missing("key `\(keyID.prefix(64))` in the active revision")
                        : .keyNotActive(keyID)
                }
                guard found.contains(where: { $0["revoked"] == nil }) else {
                    throw .conflict("already_revoked", "key `\(keyID)` was revoked before")
                }
                return (Self.revoking(key, path, in: ground.base, at: moment), ())
            }
            let ended = commit.revertedCommit.map { ", took back the unconfirmed \($0)" } ?? ""
            return (commit, "serial \(commit.serial ?? 0)\(ended)")
        }
        return .json(Self.answer(keyID, commit))
    }

    /// What makes a key revoked in `tree`.
    ///
    /// A key that came with a commit that is taken back is not there: it is entered as a revoked
    /// one, so that it stays that whatever is loaded later. Without its agent it is gone anyway.
    private static func revoking(
        _ key: ConfigNode,
        _ path: ConfigPath,
        in tree: ConfigTree,
        at moment: ConfigValue
    ) -> [ConfigEdit] {
        let there = tree.node(at: path)
        guard there?["revoked"] == nil,
            tree.node(at: ConfigPath(Array(path.words.prefix(2)))) != nil
        else { return [] }
        let entry = there == nil ? StoppedAccess.entering(key, path) : []
        return entry + [.set(path.appending("revoked"), moment)]
    }

    private static func edits(_ record: APIKeyRecord, _ path: ConfigPath) -> [ConfigEdit] {
        let key = path.appending(record.keyID)
        var edits: [ConfigEdit] = [
            .set(key.appending("digest"), .text(record.digest)),
            .set(key.appending("created"), .text(AdminTime.text(record.createdAt))),
        ]
        if let end = record.expiresAt {
            edits.append(.set(key.appending("expires"), .text(AdminTime.text(end))))
        }
        return edits
    }

    /// An agent may have two live keys, so that one can be replaced without a gap.
    private static func requireRoom(
        for agent: String,
        in tree: ConfigTree,
        now: Int64
    ) throws(Refusal) {
        let keys = tree.node(at: ["agent", agent, "key"])?.children ?? [:]
        let live = keys.filter { _, key in
            let end = key["expires"]?.value.flatMap { Moment.seconds($0.word) }
            return key["revoked"] == nil && (end ?? .max) > now
        }
        guard live.count < IdentityIndex.liveKeysMax else {
            throw .conflict(
                "too_many_live_keys",
                "agent `\(agent)` has \(live.count) live keys already: revoke one first"
            )
        }
    }
}
