// Explaining walks all rules one by one and uses none of the tables that decide uses: if the
// two ever disagreed, a test would show a bug in one of them.

import ClawgressBytes
import ClawgressModel

extension PolicyIndex {
    /// Says of every policy whether it matches `query`, and if not, why.
    ///
    /// Of a policy that does not match, it names the first field that stands in the way. This
    /// is for people and tools: it allocates.
    public func explain(_ query: PolicyQuery) -> PolicyTrace {
        var findings: [PolicyTrace.Finding] = []
        var best = BestMatch()
        for rank in rules.indices {
            let finding = finding(rules[rank], query)
            findings.append(finding)
            if finding == .matched, Int32(rank) < best.enforced {
                let attributes = rules[rank].attributes
                best.note(
                    Int32(rank),
                    allows: attributes.contains(.allows),
                    isObserved: attributes.contains(.observed)
                )
            }
        }
        let verdict = best.verdict
        let entries = rules.indices.map { rank in
            entry(rank, findings[rank], decides: Int(verdict.policy) == rank)
        }
        return PolicyTrace(entries: entries, verdict: verdict)
    }

    private func entry(
        _ rank: Int,
        _ finding: PolicyTrace.Finding,
        decides: Bool
    ) -> PolicyTrace.Entry {
        let rule = rules[rank]
        return PolicyTrace.Entry(
            policyID: label(rule.identifier),
            version: rule.version,
            priority: rule.priority,
            action: rule.attributes.contains(.allows) ? .allow : .deny,
            mode: rule.attributes.contains(.observed) ? .observe : .enforce,
            finding: finding,
            decides: decides
        )
    }

    private func finding(_ rule: Rule, _ query: PolicyQuery) -> PolicyTrace.Finding {
        if !rule.attributes.contains(.enabled) { return .disabled }
        let identity = identities[Int(query.agent)]
        for dimension in IdentityDimension.allCases
        where !contains(rule.values(dimension), identity[dimension]) {
            let value = label(identityNames[Int(identity[dimension])])
            let why = "the agent's is `\(value)`, which is not in the list"
            return .mismatch(field: "match.identity.\(dimension.fieldName)", why: why)
        }
        if let why = destinationMismatch(rule, query) {
            return .mismatch(field: "match.destination", why: why)
        }
        if let mismatch = query.isTunnel ? tunnelMismatch(rule) : plainMismatch(rule, query) {
            return mismatch
        }
        if !windowApplies(rule, query.now) {
            return .mismatch(field: "match.time", why: "the time is outside the window")
        }
        return .matched
    }

    private func label(_ range: FlatRange) -> String {
        labels.bytes.span.extracting(range.indices).string()
    }

    private func string(_ range: FlatRange) -> String {
        text.bytes.span.extracting(range.indices).string()
    }
}

// MARK: - Destinations

extension PolicyIndex {
    private func destinationMismatch(_ rule: Rule, _ query: PolicyQuery) -> String? {
        if rule.destinations.isAbsent { return nil }
        var wrongPorts: [String] = []
        for index in rule.destinations.indices
        where matchesHost(destinations[index], query) {
            let ports = destinations[index].ports
            if ports.contains(query.port, defaultPort: query.defaultPort) { return nil }
            wrongPorts.append(ports.words(defaultPort: query.defaultPort))
        }
        guard !wrongPorts.isEmpty else {
            let host = query.host.string()
            let count = rule.destinations.count
            return "`\(host)` is not covered by the \(count == 1 ? "pattern" : "\(count) patterns")"
        }
        return "the host is covered, but on \(wrongPorts.joined(separator: " or ")), "
            + "not on port \(query.port)"
    }

    private func matchesHost(_ destination: RuleDestination, _ query: PolicyQuery) -> Bool {
        switch destination.kind {
        case .anything: return true
        case .block:
            return query.kind == .address && destination.block?.contains(query.address) == true
        case .name:
            return query.kind == .name && string(destination.name) == query.host.string()
        case .below:
            return query.kind == .name
                && query.host.string().hasSuffix("." + string(destination.name))
        }
    }
}

extension PortRange {
    /// The ports in words, where `defaultPort` is the scheme's.
    fileprivate func words(defaultPort: UInt16) -> String {
        if self == .defaults { return "the default port \(defaultPort)" }
        return low == high ? "port \(low)" : "ports \(low) to \(high)"
    }
}

// MARK: - What plain requests and tunnels show

extension PolicyIndex {
    private func plainMismatch(_ rule: Rule, _ query: PolicyQuery) -> PolicyTrace.Finding? {
        if rule.methods & methodBit(query) == 0 {
            let why = "`\(query.method.string())` is not in the list"
            return .mismatch(field: "match.method", why: why)
        }
        if !pathApplies(rule, query.path) {
            let why = "`\(query.path.string())` is not below a prefix in the list"
            return .mismatch(field: "match.path_prefix", why: why)
        }
        return nil
    }

    private func tunnelMismatch(_ rule: Rule) -> PolicyTrace.Finding? {
        if rule.methods & MethodTable.tunnel != 0 { return nil }
        if rule.attributes.contains(.ignoresTunnels) {
            return .mismatch(field: "tunnels", why: "the policy ignores tunnels")
        }
        if !rule.paths.isAbsent {
            let why = "a CONNECT shows no path, so a path never opens a tunnel"
            return .mismatch(field: "match.path_prefix", why: why)
        }
        return .mismatch(
            field: "match.method",
            why: "a CONNECT is opened only by a list that has `CONNECT`"
        )
    }
}
