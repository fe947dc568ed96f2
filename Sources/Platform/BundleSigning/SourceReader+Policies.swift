// Policies and destination groups: their shape. What they may say and what it means is the
// business of the policy index, which compiles them after; its problems come back to the line
// by the path of the field.

import ClawgressModel
import Yams

/// A policy and where it stands.
struct PlacedPolicy {
    let policy: Policy
    let node: Node
}

extension SourceReader {
    /// Reads the named lists of destinations.
    func destinationGroups(_ node: Node) -> [String: [String]] {
        var groups: [String: [String]] = [:]
        for (name, value) in entries(node, of: "`destination_groups`") {
            let texts = elements(value, of: name.text)?.compactMap { text($0, name.text) }
            groups[name.text] = texts
        }
        return groups
    }

    /// Reads the list of policies and leaves out those that are not even well formed.
    ///
    /// - Parameter tunnels: what holds where they say nothing of their tunnels.
    func policies(
        _ nodes: [Node],
        agents: [Agent],
        tunnels: TunnelDefaults
    ) -> [PlacedPolicy] {
        nodes.compactMap { node in
            let before = problemCount
            guard let policy = policy(node, agents, tunnels), problemCount == before else {
                return nil
            }
            return PlacedPolicy(policy: policy, node: node)
        }
    }

    private func policy(
        _ node: Node,
        _ agents: [Agent],
        _ tunnels: TunnelDefaults
    ) -> Policy? {
        let keys = [
            "policy_id", "version", "priority", "enabled", "mode", "action", "match",
            "resolves_to", "tunnels", "tls", "ech", "allow_broad",
        ]
        guard let fields = fields(node, of: "a policy", keys: keys) else { return nil }
        let policyID = fields.requiredText("policy_id")
        let action = fields.choice("action", [Policy.Action.allow, .deny], default: nil)
        let match = fields["match"].map { self.match($0, agents: agents) }
        guard let policyID, let action else { return nil }
        var policy = Policy(
            policyID: policyID,
            version: fields.integer("version") ?? 1,
            priority: fields.integer("priority") ?? 1_000,
            enabled: fields.bool("enabled", default: true),
            mode: fields.choice("mode", [.enforce, .observe], default: .enforce) ?? .enforce,
            action: action,
            match: match ?? PolicyMatch(),
            resolvesTo: fields.texts("resolves_to")?.map(\.text),
            tunnels: fields.choice("tunnels", [.apply, .ignore], default: .apply) ?? .apply,
            allowBroad: fields.bool("allow_broad", default: false)
        )
        policy.setTunnelContent(
            fields.optionalChoice("tls", [.require, .any]),
            fields.optionalChoice("ech", [.allow, .refuse]),
            defaults: tunnels
        )
        return policy
    }

    private func match(_ node: Node, agents: [Agent]) -> PolicyMatch {
        let keys = ["identity", "destination", "method", "path_prefix", "time"]
        guard let fields = fields(node, of: "`match`", keys: keys) else { return PolicyMatch() }
        return PolicyMatch(
            identity: fields["identity"].map { identityMatch($0, agents: agents) },
            destination: fields.texts("destination")?.map(\.text),
            method: fields.texts("method")?.map(\.text),
            pathPrefix: fields.texts("path_prefix")?.map(\.text),
            time: fields["time"].flatMap { timeWindow($0) }
        )
    }

    private func identityMatch(_ node: Node, agents: [Agent]) -> IdentityMatch {
        let keys = ["agent_id", "team_id", "project_id", "environment"]
        guard let fields = fields(node, of: "`identity`", keys: keys) else {
            return IdentityMatch()
        }
        let named = fields.texts("agent_id")
        for agent in named ?? [] { requireAgent(agent.text, among: agents, at: agent.node) }
        return IdentityMatch(
            agents: named?.map(\.text),
            teams: fields.texts("team_id")?.map(\.text),
            projects: fields.texts("project_id")?.map(\.text),
            environments: fields.texts("environment")?.map(\.text)
        )
    }

    private func timeWindow(_ node: Node) -> TimeWindow? {
        let keys = ["days", "from", "to", "zone"]
        guard let fields = fields(node, of: "`time`", keys: keys) else { return nil }
        let from = fields.requiredText("from")
        let to = fields.requiredText("to")
        let days = fields.texts("days")?.map(\.text)
        guard let from, let to else { return nil }
        return TimeWindow(days: days, from: from, to: to, zone: fields.text("zone") ?? "UTC")
    }
}
