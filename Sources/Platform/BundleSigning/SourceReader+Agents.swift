// Agents and quotas: who may ask, and how much.

import ClawgressModel
import Yams

extension SourceReader {
    /// Reads the list of agents; ids must be unique.
    func agents(_ nodes: [Node]) -> [Agent] {
        var seen: Set<String> = []
        return nodes.compactMap { node in
            guard let agent = agent(node) else { return nil }
            if !seen.insert(agent.agentID).inserted {
                report("agent `\(agent.agentID)` is there twice", at: node)
            }
            return agent
        }
    }

    private func agent(_ node: Node) -> Agent? {
        let keys = ["agent_id", "team_id", "project_id", "environment", "status"]
        guard let fields = fields(node, of: "an agent", keys: keys) else { return nil }
        let ids = keys.prefix(4).map { fields.requiredIdentifier($0) }
        let status = fields.choice("status", [Agent.Status.active, .disabled], default: .active)
        guard let agentID = ids[0], let teamID = ids[1], let projectID = ids[2],
            let environment = ids[3], let status
        else { return nil }
        return Agent(
            agentID: agentID,
            teamID: teamID,
            projectID: projectID,
            environment: environment,
            status: status
        )
    }

    /// Reads the list of quotas; each names a declared agent, and none names it twice.
    func quotas(_ nodes: [Node], agents: [Agent]) -> [Quota] {
        var seen: Set<String> = []
        return nodes.compactMap { node in
            let keys = ["agent_id", "rps_limit", "rpm_limit", "mode"]
            guard let fields = fields(node, of: "a quota", keys: keys) else { return nil }
            guard let agentID = fields.requiredText("agent_id") else { return nil }
            requireAgent(agentID, among: agents, at: fields["agent_id"] ?? node)
            if !seen.insert(agentID).inserted {
                report("agent `\(agentID)` has two quotas", at: node)
            }
            return quota(fields, agentID: agentID)
        }
    }

    /// Reads the quota of agents without their own.
    func defaultQuota(_ node: Node) -> Quota? {
        let keys = ["rps_limit", "rpm_limit", "mode"]
        return fields(node, of: "`default_quota`", keys: keys).map { quota($0, agentID: nil) }
    }

    private func quota(_ fields: SourceFields, agentID: String?) -> Quota {
        if fields["rps_limit"] == nil, fields["rpm_limit"] == nil {
            report("a quota needs `rps_limit` or `rpm_limit`", at: fields.node)
        }
        return Quota(
            agentID: agentID,
            rpsLimit: fields.integer("rps_limit", in: 1...1_000_000),
            rpmLimit: fields.integer("rpm_limit", in: 1...60_000_000),
            mode: fields.choice("mode", [.hardStop, .alertOnly], default: .hardStop) ?? .hardStop
        )
    }

    /// Reports an agent that is not declared: a slip in a deny would open what it meant to close.
    func requireAgent(_ agentID: String, among agents: [Agent], at node: Node) {
        let known = agents.map(\.agentID)
        guard !known.contains(agentID) else { return }
        report(
            "undeclared agent `\(agentID)`" + Suggestion.phrase(for: agentID, among: known),
            at: node
        )
    }
}
