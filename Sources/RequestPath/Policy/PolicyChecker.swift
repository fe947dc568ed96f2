// Reads every field of every policy and collects what is wrong. What has two readings is
// refused here, so that nothing behind this file needs an opinion about meaning.

import ClawgressModel

/// Turns a policy set into checked policies, or into a list of problems.
struct PolicyChecker {
    private var problems: [PolicyProblem] = []
    /// The readable patterns of each destination group.
    var groups: [String: [DestinationPattern]] = [:]
    /// A broad pattern of each group that has one.
    var broadGroups: [String: String] = [:]
    private var seen: Set<String> = []
    /// The ids that records use where no policy decided.
    private let reservedIDs: Set<String>
    /// The methods beside CONNECT that were met.
    var methodNames: Set<String> = []
    /// The policy whose fields are being read; nil while groups are.
    private var current: String?

    init(destinationGroups: [String: [String]]) {
        reservedIDs = Set(Reason.allCases.compactMap { $0.reservedPolicyID?.description })
        for name in destinationGroups.keys.sorted() {
            readGroup(name, destinationGroups[name] ?? [])
        }
    }

    /// Checks all policies.
    mutating func check(_ policies: [Policy]) throws(PolicyCompileError) -> [CheckedPolicy] {
        let checked = policies.map { check($0) }
        current = nil
        if methodNames.count > MethodTable.countMax {
            let most = MethodTable.countMax
            report("policies", "name \(methodNames.count) methods; \(most) is the most")
        }
        guard problems.isEmpty else { throw PolicyCompileError(problems: problems) }
        return checked
    }

    private mutating func check(_ policy: Policy) -> CheckedPolicy {
        current = policy.policyID
        checkAttributes(policy)
        checkIdentity(policy.match.identity)
        checkMethods(policy.match.method)
        checkTunnels(policy)
        let destinations = readDestinations(policy)
        checkTunnelContent(policy, destinations)
        return CheckedPolicy(
            source: policy,
            destinations: destinations,
            paths: readPaths(policy.match.pathPrefix),
            resolvesTo: readBlocks(policy.resolvesTo, action: policy.action),
            window: policy.match.time.flatMap { readWindow($0) }
        )
    }

    /// Adds a problem of the policy whose fields are being read.
    mutating func report(_ field: String, _ problem: String) {
        problems.append(PolicyProblem(policyID: current, field: field, problem: problem))
    }
}

// MARK: - Attributes and identity

extension PolicyChecker {
    private mutating func checkAttributes(_ policy: Policy) {
        if !Identifier.isValid(policy.policyID) {
            report("policy_id", "`\(policy.policyID)` is no id; \(Self.idGrammar)")
        }
        if !seen.insert(policy.policyID).inserted {
            report("policy_id", "`\(policy.policyID)` is used by another policy")
        }
        if reservedIDs.contains(policy.policyID) {
            report("policy_id", "`\(policy.policyID)` is reserved for decisions of the gateway")
        }
        if policy.version < 0 { report("version", "`\(policy.version)` is negative") }
        if policy.priority < 0 { report("priority", "`\(policy.priority)` is negative") }
    }

    private mutating func checkIdentity(_ identity: IdentityMatch?) {
        guard let identity else { return }
        let lists = [
            ("agent_id", identity.agents), ("team_id", identity.teams),
            ("project_id", identity.projects), ("environment", identity.environments),
        ]
        if lists.allSatisfy({ $0.1 == nil }) {
            report("match.identity", "is empty; leave it out for anyone")
        }
        for (name, list) in lists {
            guard let list else { continue }
            let field = "match.identity.\(name)"
            if list.isEmpty { report(field, "is empty; leave it out for any") }
            for (index, value) in list.enumerated() where !Identifier.isValid(value) {
                report("\(field)[\(index)]", "`\(value)` is no id; \(Self.idGrammar)")
            }
        }
    }

    static var idGrammar: String {
        "1 to 63 of `a-z 0-9 . _ -`, beginning with a letter or digit"
    }
}
