// Files every enabled policy under its destinations and splits the nodes that grew too large.

import ClawgressBytes
import ClawgressModel

/// Builds the nodes and candidates of an index.
struct IndexBuilder {
    let rules: RuleBuilder
    let policies: [CheckedPolicy]

    private(set) var exactNodes: [(name: FlatRange, node: Node)] = []
    private(set) var suffixNodes: [(name: FlatRange, node: Node)] = []
    private(set) var suffixLabels: UInt64 = 0
    private(set) var blockNodes: [(block: AddressBlock, node: Node)] = []
    private(set) var anything = Node.empty
    private(set) var hasBlockDenies = false
    // What the part of the builder that splits nodes writes.
    var candidates: [Candidate] = []
    var parts: [(parent: Int32, key: PartTable.Key, node: Node)] = []
    var splitCount: Int32 = 0
    var pathLengths = [UInt64](repeating: 0, count: PathPrefix.lengthMax / 64 + 1)

    /// A candidate on its way to a node, and its policy's rank.
    struct Draft {
        var candidate: Candidate
        let policy: Int
    }

    init(rules: RuleBuilder, policies: [CheckedPolicy]) {
        self.rules = rules
        self.policies = policies
    }

    /// Builds everything.
    mutating func build() {
        var filed: [DestinationPattern.Target: [Draft]] = [:]
        var order: [DestinationPattern.Target] = []
        for (rank, policy) in policies.enumerated() where policy.source.enabled {
            for (target, ports) in Self.places(policy) {
                let draft = Draft(candidate: candidate(rank, policy, ports), policy: rank)
                if filed[target] == nil { order.append(target) }
                filed[target, default: []].append(draft)
                noteBlockDeny(target, policy.source)
            }
        }
        for target in order { file(filed[target] ?? [], under: target) }
    }

    private static func places(
        _ policy: CheckedPolicy
    ) -> [(DestinationPattern.Target, PortRange)] {
        guard let patterns = policy.destinations else { return [(.anything, .all)] }
        return patterns.map { ($0.target, PortRange($0.ports)) }
    }

    private mutating func noteBlockDeny(_ target: DestinationPattern.Target, _ policy: Policy) {
        guard case .block = target else { return }
        if policy.action == .deny, policy.mode == .enforce { hasBlockDenies = true }
    }

    private mutating func file(_ drafts: [Draft], under target: DestinationPattern.Target) {
        let node = makeNode(drafts)
        switch target {
        case .anything: anything = node
        case .name(let name): exactNodes.append((place(of: name), node))
        case .below(let name):
            suffixNodes.append((place(of: name), node))
            let labels = name.utf8.count { $0 == UInt8(ascii: ".") } + 1
            suffixLabels |= 1 << UInt64(min(labels, 63))
        case .block(let block): blockNodes.append((block, node))
        }
    }

    /// Where a destination's name already stands, because its rules name it.
    private func place(of name: String) -> FlatRange {
        rules.namePlaces[name] ?? FlatRange(start: 0, count: 0)
    }
}
