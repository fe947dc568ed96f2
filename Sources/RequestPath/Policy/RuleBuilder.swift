// Lays the checked policies out in flat arrays: one fixed-size rule each, lists end to end.

import ClawgressBytes
import ClawgressModel

/// Builds the rules of an index and the arrays that they point into.
struct RuleBuilder {
    let hash: KeyedHash
    private(set) var text = FlatText()
    private(set) var labels = FlatText()
    private(set) var methods: MethodTable
    private(set) var identities: [IdentityValues] = []
    private(set) var identityNames: [FlatRange] = []
    private(set) var rules: [Rule] = []
    private(set) var values: [Int32] = []
    private(set) var destinations: [RuleDestination] = []
    private(set) var paths: [FlatRange] = []
    private(set) var resolvable: [AddressBlock] = []
    private(set) var windows: [WeeklyWindow] = []
    /// One number per distinct text, whichever field it stands in.
    private var interned: [String: Int32] = [:]
    /// Where each destination's name stands in the text.
    private(set) var namePlaces: [String: FlatRange] = [:]

    init(agents: [Agent], hash: KeyedHash) {
        self.hash = hash
        methods = MethodTable(hash: hash)
        for agent in agents {
            identities.append(
                IdentityValues(
                    agent: intern(agent.agentID),
                    team: intern(agent.teamID),
                    project: intern(agent.projectID),
                    environment: intern(agent.environment)
                )
            )
        }
    }

    /// Appends a rule per policy; the policies stand in total order.
    mutating func add(_ policies: [CheckedPolicy]) {
        rules.reserveCapacity(policies.count)
        for policy in policies { rules.append(rule(policy)) }
    }

    private mutating func rule(_ policy: CheckedPolicy) -> Rule {
        Rule(
            attributes: attributes(policy),
            methods: methodBits(policy),
            version: policy.source.version,
            priority: policy.source.priority,
            identifier: labels.append(Array(policy.source.policyID.utf8)),
            agents: list(policy.identity(.agent)),
            teams: list(policy.identity(.team)),
            projects: list(policy.identity(.project)),
            environments: list(policy.identity(.environment)),
            destinations: add(policy.destinations),
            paths: add(policy.paths),
            resolvesTo: add(policy.resolvesTo),
            window: add(policy.window)
        )
    }

    private func attributes(_ policy: CheckedPolicy) -> Rule.Attributes {
        let source = policy.source
        var attributes: Rule.Attributes = []
        if source.action == .allow { attributes.insert(.allows) }
        if source.mode == .observe { attributes.insert(.observed) }
        if source.enabled { attributes.insert(.enabled) }
        if source.tls == .any { attributes.insert(.anyTunnelContent) }
        if source.ech == .refuse { attributes.insert(.refusesEncryptedHello) }
        if source.tunnels == .ignore { attributes.insert(.ignoresTunnels) }
        if let methods = source.match.method {
            attributes.insert(.hasMethods)
            if methods.contains("CONNECT") { attributes.insert(.namesConnect) }
        }
        return attributes
    }

    private mutating func methodBits(_ policy: CheckedPolicy) -> UInt64 {
        var bits: UInt64 = 0
        if let names = policy.source.match.method {
            for name in names { bits |= methods.intern(name, into: &text) ?? 0 }
        } else {
            bits = .max
        }
        return policy.appliesToTunnels
            ? bits | MethodTable.tunnel : bits & ~MethodTable.tunnel
    }

    /// The number of `name`.
    mutating func intern(_ name: String) -> Int32 {
        if let known = interned[name] { return known }
        let number = Int32(truncatingIfNeeded: identityNames.count)
        identityNames.append(labels.append(Array(name.utf8)))
        interned[name] = number
        return number
    }

    private mutating func list(_ names: [String]?) -> FlatRange {
        guard let names else { return .absent }
        let start = values.count
        values += Set(names.map { intern($0) }).sorted()
        return FlatRange(start: start, count: values.count - start)
    }

    private mutating func add(_ patterns: [DestinationPattern]?) -> FlatRange {
        guard let patterns else { return .absent }
        let start = destinations.count
        for pattern in patterns { destinations.append(destination(pattern)) }
        return FlatRange(start: start, count: patterns.count)
    }

    private mutating func destination(_ pattern: DestinationPattern) -> RuleDestination {
        let ports = PortRange(pattern.ports)
        switch pattern.target {
        case .anything:
            return RuleDestination(kind: .anything, ports: ports, name: .absent, block: nil)
        case .name(let name):
            let place = place(name)
            return RuleDestination(kind: .name, ports: ports, name: place, block: nil)
        case .below(let name):
            let place = place(name)
            return RuleDestination(kind: .below, ports: ports, name: place, block: nil)
        case .block(let block):
            return RuleDestination(kind: .block, ports: ports, name: .absent, block: block)
        }
    }

    /// Where a destination's name stands; names that return, as those of groups do, stand once.
    private mutating func place(_ name: String) -> FlatRange {
        if let known = namePlaces[name] { return known }
        let place = text.append(Array(name.utf8))
        namePlaces[name] = place
        return place
    }

    private mutating func add(_ prefixes: [[UInt8]]?) -> FlatRange {
        guard let prefixes else { return .absent }
        let start = paths.count
        for prefix in prefixes { paths.append(text.append(prefix)) }
        return FlatRange(start: start, count: prefixes.count)
    }

    private mutating func add(_ blocks: [AddressBlock]) -> FlatRange {
        resolvable += blocks
        return FlatRange(start: resolvable.count - blocks.count, count: blocks.count)
    }

    private mutating func add(_ window: WeeklyWindow?) -> Int32 {
        guard let window else { return -1 }
        windows.append(window)
        return Int32(truncatingIfNeeded: windows.count - 1)
    }
}

extension PortRange {
    /// The ports of a pattern.
    init(_ ports: DestinationPattern.Ports) {
        switch ports {
        case .defaults: self = .defaults
        case .range(let low, let high): self = PortRange(low: low, high: high)
        }
    }
}
