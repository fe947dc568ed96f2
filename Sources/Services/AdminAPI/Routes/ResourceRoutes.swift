// Agents, issuers, policies, destination groups, quotas and users as resources. They are views of
// the configuration: a write is a few edits of the caller's candidate, or a commit of its own.

import ClawgressAudit
import ClawgressBytes
import ClawgressConfigTree
import ClawgressContract
import ClawgressJWS
import ClawgressSnapshotText
import Crypto
import HTTPTypes

/// A list of the configuration that is served as resources.
enum ResourceKind: CaseIterable, Sendable {
    case agents, issuers, policies, destinationGroups, quotas, users

    /// Where the entries stand in the configuration.
    var keyword: String {
        switch self {
        case .agents: "agent"
        case .issuers: "issuer"
        case .policies: "policy"
        case .destinationGroups: "destination-group"
        case .quotas: "quota"
        case .users: "user"
        }
    }

    /// What putting an entry into force is called in the audit trail.
    var put: AdminAction {
        switch self {
        case .agents: .agentPut
        case .issuers: .issuerPut
        case .policies: .policyPut
        case .destinationGroups: .destinationGroupPut
        case .quotas: .quotaPut
        case .users: .userPut
        }
    }

    /// What taking an entry out of force is called there.
    var delete: AdminAction {
        switch self {
        case .agents: .agentDelete
        case .issuers: .issuerDelete
        case .policies: .policyDelete
        case .destinationGroups: .destinationGroupDelete
        case .quotas: .quotaDelete
        case .users: .userDelete
        }
    }

    var collection: String {
        switch self {
        case .agents: "/v1/agents"
        case .issuers: "/v1/issuers"
        case .policies: "/v1/policies"
        case .destinationGroups: "/v1/destination-groups"
        case .quotas: "/v1/quotas"
        case .users: "/v1/users"
        }
    }

    /// Roles are given by those who have all of them.
    private var writers: [AdminRole] { self == .users ? .admins : .writers }
    private var writeScope: AdminScope { self == .users ? .users : .writeConfiguration }

    var routes: [AdminRoute] {
        let one = collection + "/{id}"
        return [
            AdminRoute(
                .get,
                collection,
                .readers,
                scope: .readConfiguration,
                query: ["of", "limit", "cursor"],
                statuses: [200, 304]
            ) { (service, call) async throws(Refusal) in try await service.list(self, call) },
            AdminRoute(
                .get,
                one,
                .readers,
                scope: .readConfiguration,
                query: ["of"],
                statuses: [200, 304]
            ) { (service, call) async throws(Refusal) in try await service.show(self, call) },
            AdminRoute(
                .put,
                one,
                writers,
                scope: writeScope,
                // An agent is disabled at once, which a gateway that is in trouble must not hinder.
                query: self == .agents ? ["commit", "exclude_gateways"] : ["commit"],
                body: .configuration,
                statuses: [200, 201]
            ) { (service, call) async throws(Refusal) in try await service.put(self, call) },
            AdminRoute(.delete, one, writers, scope: writeScope, query: ["commit"]) {
                (service, call) async throws(Refusal) in try await service.remove(self, call)
            },
        ]
    }

    func path(_ name: String) -> ConfigPath { [keyword, name] }
}

extension AdminService {
    /// The configuration that a read of resources is about.
    func tree(_ call: AdminCall) async throws(Refusal) -> ConfigTree {
        let of = try call.choice("of", ["active", "candidate"], or: "candidate")
        return try await tree(call, isActive: of == "active")
    }

    /// What a change begins from: the caller's candidate, or what is in force.
    func tree(_ call: AdminCall, isActive: Bool) async throws(Refusal) -> ConfigTree {
        if isActive { return await desk.active.tree }
        return try await desk.view(of: call.caller.credentialID).tree
    }

    func list(_ kind: ResourceKind, _ call: AdminCall) async throws(Refusal) -> AdminReply {
        let limit = try call.limit()
        let entries = try await tree(call).node(at: [kind.keyword])?.children ?? [:]
        let cursor = call.query["cursor"] ?? ""
        let names = entries.keys.filter { $0 > cursor }.sorted()
        let page = names.prefix(limit)
        var members = [
            JSONMember(
                "items",
                .array(page.compactMap { name in entries[name].map { Self.item(name, $0) } })
            )
        ]
        if names.count > limit, let last = page.last {
            members.append(JSONMember("next_cursor", .string(last)))
        }
        return .json(.object(members)).tagged(for: call)
    }

    func show(_ kind: ResourceKind, _ call: AdminCall) async throws(Refusal) -> AdminReply {
        guard let node = try await tree(call).node(at: kind.path(call.id)) else {
            throw .missing("\(kind.keyword) `\(call.id.prefix(64))`")
        }
        let etag = Self.etag(node)
        return call.has(etag)
            ? AdminReply.notModified.tagged(etag)
            : .json(Self.item(call.id, node)).tagged(etag)
    }

    func put(_ kind: ResourceKind, _ call: AdminCall) async throws(Refusal) -> AdminReply {
        let path = kind.path(call.id)
        let disables = try await disables(kind, path, call.body.json)
        let commits = try call.flag("commit") || disables
        let (commit, put) = try await change(call, commits, kind.put, path, endsWait: disables) {
            (ground) throws(Refusal) in
            let seen = ground.active.node(at: path)
            try call.require(seen.map(Self.etag))
            let old = ground.base.node(at: path)
            let wanted = try Self.wanted(kind, call, keeping: old)
            guard let node = wanted.node(at: path) else { throw .body("the body says nothing") }
            let makes = wanted.edits(from: ConfigTree())
            return (
                old == nil ? makes : [.delete(path, nil)] + makes, (node: node, isNew: seen == nil)
            )
        }
        return .json(Self.item(call.id, put.node, commit), put.isNew ? .created : .ok)
            .tagged(Self.etag(put.node))
    }

    /// Whether this disables an agent that is enabled, or would be if nobody confirmed what is in
    /// force.
    private func disables(
        _ kind: ResourceKind,
        _ path: ConfigPath,
        _ body: JSONValue
    ) async throws(Refusal) -> Bool {
        guard kind == .agents, body["status"]?.text == "disabled" else { return false }
        return try await desk.possible().contains { tree in
            tree.node(at: path).map { $0["status"]?.value?.word != "disabled" } ?? false
        }
    }

    /// The configuration that the body describes: this entry alone.
    ///
    /// An agent's keys have routes of their own: a body without them leaves them as they are.
    private static func wanted(
        _ kind: ResourceKind,
        _ call: AdminCall,
        keeping old: ConfigNode?
    ) throws(Refusal) -> ConfigTree {
        var body = call.body.json
        if kind == .agents, let keys = old?["key"], case .object(let members) = body,
            body["key"] == nil, !members.isEmpty
        {
            body = .object(members + [JSONMember("key", keys.json)])
        }
        do throws(ConfigProblems) {
            return try ConfigTree(
                json: .object([JSONMember(kind.keyword, .object([JSONMember(call.id, body)]))])
            )
        } catch {
            throw .edits(error.problems)
        }
    }

    func remove(_ kind: ResourceKind, _ call: AdminCall) async throws(Refusal) -> AdminReply {
        let path = kind.path(call.id)
        let commits = try call.flag("commit")
        let (commit, _) = try await change(call, commits, kind.delete, path) {
            (ground) throws(Refusal) in
            guard let old = ground.base.node(at: path) else {
                throw .missing("\(kind.keyword) `\(call.id.prefix(64))`")
            }
            try call.require(Self.etag(old))
            return ([.delete(path, nil)], ())
        }
        return .json(Self.answer(call.id, commit))
    }

    /// Changes the caller's candidate, or the active revision at once.
    ///
    /// - Parameters:
    ///   - endsWait: whether a commit that waits for its confirmation is taken back by it.
    ///   - makeEdits: says what is to be edited, having seen what is there; nothing can change in
    ///     between. It may refuse.
    func change<Note: Sendable>(
        _ call: AdminCall,
        _ commits: Bool,
        _ action: AdminAction,
        _ path: ConfigPath,
        endsWait: Bool = false,
        _ makeEdits:
            @Sendable (ConfigurationDesk.Ground) throws(Refusal) -> (
                edits: [ConfigEdit], note: Note
            )
    ) async throws(Refusal) -> (commit: CommitAnswer?, note: Note) {
        guard commits else {
            guard call.query["exclude_gateways"] == nil else { throw .nothingToExcludeFrom }
            let edited = try await desk.edit(call.caller.credentialID) {
                (candidate) throws(Refusal) in
                try makeEdits(ConfigurationDesk.Ground(candidate.tree))
            }
            return (nil, edited.note)
        }
        do throws(Refusal) {
            try call.requireScope(.commit)
            let comment = "\(action.name) \(path.text)"
            return try await desk.commitNow(
                call.caller,
                comment: comment,
                endsWait: endsWait,
                excluded: try call.excludedGateways(),
                makeEdits
            )
        } catch {
            throw try refusedCommit(call, action, error)
        }
    }

    static func etag(_ node: ConfigNode) -> String {
        let digest = SHA256.hash(data: SnapshotText.canonical(node.json))
        return String(Hexadecimal.encode(digest).prefix(32))
    }

    private static func item(
        _ name: String,
        _ node: ConfigNode,
        _ commit: CommitAnswer? = nil
    ) -> JSONValue {
        .object(
            (commit.map { [JSONMember("commit", $0.json)] } ?? [])
                + [JSONMember("configuration", node.json), JSONMember("id", .string(name))]
        )
    }

    static func answer(_ name: String, _ commit: CommitAnswer?) -> JSONValue {
        .object(
            (commit.map { [JSONMember("commit", $0.json)] } ?? [])
                + [JSONMember("id", .string(name))]
        )
    }
}

extension CommitAnswer {
    /// The answer as JSON, for bodies in which it is one of several members.
    var json: JSONValue {
        let encoded = try? AdminReply.json(self)
        return encoded.flatMap { try? StrictJSON.read($0.body.span) } ?? .null
    }
}
