// What is worth a look at policies and groups, beside what their compiler says.

import ClawgressModel

/// Looks at the policies of a snapshot whose set compiles.
struct PolicyReview {
    private let snapshot: Snapshot
    private let groups: [String: [DestinationPattern]]
    private var budget: StepBudget
    private var shadows = ShadowFinder()
    private var matches: MatchFinder

    init(_ snapshot: Snapshot, stepsMax: Int) {
        self.snapshot = snapshot
        groups = snapshot.destinationGroups.mapValues { entries in
            entries.compactMap { try? DestinationPattern($0) }
        }
        budget = StepBudget(stepsMax)
        matches = MatchFinder(snapshot.agents)
    }

    consuming func review(into findings: inout FindingList) {
        for policy in snapshot.policies.sorted(by: Policy.precedes) {
            guard policy.enabled else {
                findings.add(.policyDisabled, at: path(policy), "the policy takes no part")
                continue
            }
            let scope = PolicyScope(policy, groups: groups)
            reviewEffect(scope, &findings)
            reviewBreadth(scope, &findings)
            reviewSettings(scope, &findings)
        }
        if budget.left == 0 {
            findings.add(
                .analysisIncomplete,
                at: ["policy"],
                "too many policies are about the same; not all were looked at for shadowed ones"
            )
        }
        reviewGroups(&findings)
    }

    private func path(_ policy: Policy, _ words: String...) -> [String] {
        ["policy", policy.policyID] + words
    }

    /// Whether the policy ever decides, or would.
    private mutating func reviewEffect(_ scope: PolicyScope, _ findings: inout FindingList) {
        let policy = scope.policy
        if !scope.isAboutPlainRequests, !policy.appliesToTunnels {
            findings.add(
                .policyNeverMatches,
                at: path(policy, "match"),
                "no request matches: it is about tunnels alone, and a path is nothing they show"
            )
            return
        }
        switch matches.answer(for: scope, &budget) {
        case .nobody?:
            findings.add(
                .policyNeverMatches,
                at: path(policy, "match", "identity"),
                "no request matches: no registered agent meets all these conditions"
            )
            return
        case .disabled?:
            findings.add(
                .policyNeverMatches,
                at: path(policy, "match", "identity"),
                "no request matches: all agents that meet these conditions are disabled"
            )
            return
        case .active?, nil: break
        }
        if let earlier = shadows.coverer(of: scope, &budget) {
            let verdict = earlier.policy.action == .allow ? "allows" : "denies"
            findings.add(
                .policyShadowed,
                at: path(policy),
                "never decides: policy `\(earlier.policy.policyID)` comes before it and "
                    + "\(verdict) all that it matches"
            )
        } else if policy.mode == .enforce {
            shadows.add(scope, &budget)
        }
    }

    private func reviewBreadth(_ scope: PolicyScope, _ findings: inout FindingList) {
        guard scope.policy.action == .allow else { return }
        guard let patterns = scope.patterns else {
            return findings.add(
                .patternBroad,
                at: path(scope.policy, "match"),
                "allows every destination"
            )
        }
        let broad = patterns.filter(\.isVeryBroad).map { "`\($0.text)`" }
        guard !broad.isEmpty else { return }
        findings.add(
            .patternBroad,
            at: path(scope.policy, "match", "destination"),
            "allows \(broad.prefix(8).joined(separator: ", "))"
                + (broad.count > 8 ? " and others" : "")
        )
    }

    private func reviewSettings(_ scope: PolicyScope, _ findings: inout FindingList) {
        guard scope.policy.resolvesTo != nil, let patterns = scope.patterns else { return }
        let isAboutNames = patterns.contains {
            if case .block = $0.target { false } else { true }
        }
        guard !isAboutNames else { return }
        findings.add(
            .settingUnused,
            at: path(scope.policy, "resolves-to"),
            "has no effect: it is about names, and all destinations are addresses"
        )
    }

    private func reviewGroups(_ findings: inout FindingList) {
        let entries = snapshot.policies.flatMap { $0.match.destination ?? [] }
        let used = Set(entries.filter { $0.hasPrefix("group:") })
        for name in snapshot.destinationGroups.keys.sorted() where !used.contains("group:" + name) {
            findings.add(.groupUnused, at: ["destination-group", name], "no policy uses the group")
        }
    }
}

extension DestinationPattern {
    /// Whether an allow of this deserves a second look: what must be marked as meant, and blocks
    /// larger than any one organisation has.
    fileprivate var isVeryBroad: Bool {
        guard case .block(let block) = target else { return isBroad }
        return block.prefixLength < (block.base.isV4 ? 8 : 16)
    }
}
