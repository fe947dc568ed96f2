// Finds whether any registered agent meets a policy's identity conditions, which it may name one
// by one and none of them together.

import ClawgressModel

/// The registered agents by their fields.
struct MatchFinder {
    /// Who meets conditions.
    enum Answer {
        /// An agent that may ask.
        case active
        /// Only agents that are disabled.
        case disabled
        /// Nobody.
        case nobody
    }

    /// The fields but for the id: few agents have each combination to themselves.
    private struct Role: Hashable {
        let fields: [String]
    }

    private var agents: [String: (role: Role, isActive: Bool)] = [:]
    /// Whether an active agent has the role.
    private var roles: [Role: Bool] = [:]
    /// Roles by team, project and environment.
    private var byField: [[String: [Role]]] = [[:], [:], [:]]
    private var known: [[Set<String>?]: Answer] = [:]

    init(_ agents: [Agent]) {
        for agent in agents {
            let role = Role(fields: [agent.teamID, agent.projectID, agent.environment])
            let isActive = agent.status == .active
            self.agents[agent.agentID] = (role, isActive)
            if roles[role] == nil {
                for (place, value) in role.fields.enumerated() {
                    byField[place][value, default: []].append(role)
                }
            }
            roles[role] = roles[role] == true || isActive
        }
    }

    /// Who meets the conditions; nil if the budget is used up.
    mutating func answer(for scope: PolicyScope, _ budget: inout StepBudget) -> Answer? {
        let conditions = Array(scope.identities.dropFirst())
        guard let named = scope.identities[0] else { return byRole(conditions, &budget) }
        guard budget.spend(named.count) else { return nil }
        var isMet = false
        for name in named {
            guard let (role, isActive) = agents[name], Self.meets(role, conditions) else {
                continue
            }
            if isActive { return .active }
            isMet = true
        }
        return isMet ? .disabled : .nobody
    }

    private mutating func byRole(
        _ conditions: [Set<String>?],
        _ budget: inout StepBudget
    ) -> Answer? {
        if let answer = known[conditions] { return answer }
        var answer = Answer.nobody
        for role in candidates(conditions) {
            guard budget.spend(1) else { return nil }
            guard Self.meets(role, conditions) else { continue }
            answer = roles[role] == true ? .active : .disabled
            if answer == .active { break }
        }
        known[conditions] = answer
        return answer
    }

    /// The roles of the condition that the fewest meet.
    private func candidates(_ conditions: [Set<String>?]) -> [Role] {
        let lists = zip(byField, conditions).compactMap { roles, values in
            values.map { $0.flatMap { roles[$0] ?? [] } }
        }
        return lists.min { $0.count < $1.count } ?? Array(roles.keys)
    }

    private static func meets(_ role: Role, _ conditions: [Set<String>?]) -> Bool {
        zip(role.fields, conditions).allSatisfy { $1?.contains($0) != false }
    }
}
