// Legal, but perhaps not meant: what `commit` and `bundle build` tell the author of a set.

import ClawgressModel

/// Finds what an author should look at.
struct PolicyAdvisor {
    /// How many names one warning lists.
    private static var namesMax: Int { 8 }

    private let policies: [CheckedPolicy]
    private var warnings: [PolicyWarning] = []
    /// The ranks of enforced denies under each destination, ascending.
    private var denies: [DestinationPattern.Target: [Int]] = [:]
    private var known: [IdentityDimension: Set<String>]

    /// The warnings about `policies`, which stand in total order.
    static func warnings(for policies: [CheckedPolicy], agents: [Agent]) -> [PolicyWarning] {
        var advisor = PolicyAdvisor(policies, agents)
        for (rank, policy) in policies.enumerated() where policy.source.enabled {
            advisor.adviseOnIdentity(policy)
            switch policy.source.action {
            case .allow:
                advisor.adviseOnOverlap(policy, rank)
                advisor.adviseOnBlindAllow(policy)
            case .deny: advisor.adviseOnClosedTunnels(policy)
            }
        }
        return advisor.warnings
    }

    private init(_ policies: [CheckedPolicy], _ agents: [Agent]) {
        self.policies = policies
        known = [
            .agent: Set(agents.map(\.agentID)), .team: Set(agents.map(\.teamID)),
            .project: Set(agents.map(\.projectID)),
            .environment: Set(agents.map(\.environment)),
        ]
        for (rank, policy) in policies.enumerated() {
            let source = policy.source
            guard source.enabled, source.action == .deny, source.mode == .enforce else { continue }
            for target in Self.targets(policy) { denies[target, default: []].append(rank) }
        }
    }

    private mutating func warn(
        _ policy: CheckedPolicy,
        _ kind: PolicyWarning.Kind,
        _ message: String
    ) {
        let policyID = policy.source.policyID
        warnings.append(PolicyWarning(kind: kind, policyID: policyID, message: message))
    }

    /// A value that no registered agent has makes a policy that never matches.
    private mutating func adviseOnIdentity(_ policy: CheckedPolicy) {
        for dimension in IdentityDimension.allCases {
            for value in policy.identity(dimension) ?? []
            where known[dimension]?.contains(value) != true {
                let message = "no registered agent has \(dimension.fieldName) `\(value)`"
                warn(policy, .identityUnknown, message)
            }
        }
    }

    /// An allow that comes before a deny because its author gave it a smaller priority.
    private mutating func adviseOnOverlap(_ policy: CheckedPolicy, _ rank: Int) {
        var overruled: Set<Int> = []
        for target in Self.targets(policy) {
            let ranks = denies[target] ?? []
            let later = ranks.drop { $0 < rank }
            overruled.formUnion(later.prefix(Self.namesMax + 1))
        }
        guard !overruled.isEmpty else { return }
        let names = overruled.sorted().map { policies[$0].source.policyID }
        let message = "comes before the deny of the same destination by \(Self.list(names))"
        warn(policy, .allowBeforeDeny, message)
    }

    private mutating func adviseOnBlindAllow(_ policy: CheckedPolicy) {
        guard !policy.appliesToTunnels else { return }
        let field = policy.paths == nil ? "method list without `CONNECT`" : "path prefix"
        let message = "has a \(field), which a CONNECT does not show, and so never opens a tunnel"
        warn(policy, .opensNoTunnel, message)
    }

    private mutating func adviseOnClosedTunnels(_ policy: CheckedPolicy) {
        let isBlind = !policy.namesConnect || policy.paths != nil
        guard policy.appliesToTunnels, isBlind else { return }
        let names = policy.destinations.map { $0.map { "`\($0.target.text)`" } } ?? ["everything"]
        warn(
            policy,
            .closesTunnels,
            "has a method or path, which a CONNECT does not show, and so closes every tunnel to "
                + names.joined(separator: ", ")
        )
    }

    private static func targets(_ policy: CheckedPolicy) -> Set<DestinationPattern.Target> {
        Set(policy.destinations?.map(\.target) ?? [.anything])
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(namesMax).map { "`\($0)`" }.joined(separator: ", ")
        return names.count > namesMax ? "\(shown) and others" : shown
    }
}

extension DestinationPattern.Target {
    /// The pattern's text without ports.
    var text: String {
        switch self {
        case .anything: "*"
        case .name(let name): name
        case .below(let name): "*.\(name)"
        case .block(let block):
            block.prefixLength == (block.base.isV4 ? 32 : 128) ? block.base.text : block.text
        }
    }
}
