// Whether a candidate applies: cheap tests on the candidate first, its rule only if the policy
// has conditions that a candidate cannot hold.

import ClawgressModel

extension PolicyIndex {
    /// Whether every condition of `candidate` beside its destination's host holds.
    func applies(_ candidate: Candidate, _ query: PolicyQuery, _ facts: SearchFacts) -> Bool {
        guard candidate.methods & facts.methodBit != 0,
            candidate.ports.contains(facts.port, defaultPort: facts.defaultPort),
            candidate.traits.isDisjoint(with: facts.excluded)
        else { return false }
        if let dimension = candidate.dimension,
            facts.identity[dimension] != candidate.identityValue
        {
            return false
        }
        if candidate.traits.isDisjoint(with: .needsRule) { return true }
        return ruleApplies(candidate, query, facts)
    }

    private func ruleApplies(
        _ candidate: Candidate,
        _ query: PolicyQuery,
        _ facts: SearchFacts
    ) -> Bool {
        let rules = self.rules.span
        let rule = rules[Int(candidate.rank)]
        let traits = candidate.traits
        if traits.contains(.hasIdentityLists), !identityApplies(rule, facts.identity) {
            return false
        }
        // A tunnel shows no path; what that means was settled in the tunnel bit.
        if traits.contains(.hasPaths), !facts.isTunnel, !pathApplies(rule, query.path) {
            return false
        }
        return !traits.contains(.hasWindow) || windowApplies(rule, query.now)
    }

    func identityApplies(_ rule: Rule, _ identity: IdentityValues) -> Bool {
        contains(rule.agents, identity.agent) && contains(rule.teams, identity.team)
            && contains(rule.projects, identity.project)
            && contains(rule.environments, identity.environment)
    }

    /// Whether the sorted list holds `value`; an absent one holds everything.
    func contains(_ list: FlatRange, _ value: Int32) -> Bool {
        if list.isAbsent { return true }
        let values = self.values.span
        var low = list.indices.lowerBound
        var high = list.indices.upperBound
        while low < high {
            let middle = (low + high) / 2
            if values[middle] == value { return true }
            if values[middle] < value { low = middle + 1 } else { high = middle }
        }
        return false
    }

    func pathApplies(_ rule: Rule, _ path: Span<UInt8>) -> Bool {
        if rule.paths.isAbsent { return true }
        let paths = self.paths.span
        let text = self.text.bytes.span
        for index in rule.paths.indices {
            let prefix = text.extracting(paths[index].indices)
            if CanonicalPath.isPrefix(prefix, of: path) { return true }
        }
        return false
    }

    func windowApplies(_ rule: Rule, _ now: Int64) -> Bool {
        if rule.window < 0 { return true }
        let windows = self.windows.span
        return windows[Int(rule.window)].contains(now)
    }
}
