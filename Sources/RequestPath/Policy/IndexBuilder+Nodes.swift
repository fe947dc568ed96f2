// Splitting: a host that thousands of policies name must not cost thousands of steps, so its
// candidates are parted by what tells them apart, who asks and for which path.

import ClawgressBytes
import ClawgressModel

extension IndexBuilder {
    /// How many candidates a node may hold before it is split.
    private static var runMax: Int { 8 }
    /// How many parts of one node a policy may be filed under; beyond that it is filed under
    /// everybody or without path, and its lists are searched when it is met.
    private static var partsPerPolicyMax: Int { 256 }

    /// The candidate of the policy at `rank` for a destination with these ports.
    func candidate(_ rank: Int, _ policy: CheckedPolicy, _ ports: PortRange) -> Candidate {
        var traits: Candidate.Traits = []
        if policy.source.action == .allow { traits.insert(.allows) }
        if policy.source.mode == .observe { traits.insert(.observed) }
        if policy.paths != nil { traits.insert(.hasPaths) }
        if policy.window != nil { traits.insert(.hasWindow) }
        var candidate = Candidate(
            methods: rules.rules[rank].methods,
            rank: Int32(truncatingIfNeeded: rank),
            identityValue: 0,
            ports: ports,
            dimension: nil,
            traits: traits
        )
        let named = IdentityDimension.allCases.filter { policy.identity($0) != nil }
        if named.count == 1, let value = singleValue(named[0], rank) {
            candidate.dimension = named[0]
            candidate.identityValue = value
        } else if !named.isEmpty {
            candidate.traits.insert(.hasIdentityLists)
        }
        return candidate
    }

    private func singleValue(_ dimension: IdentityDimension, _ rank: Int) -> Int32? {
        let list = rules.rules[rank].values(dimension)
        return list.count == 1 ? rules.values[list.indices.lowerBound] : nil
    }

    /// Makes a node of `drafts`, which stand in total order, and splits it if it is large.
    mutating func makeNode(_ drafts: [Draft]) -> Node {
        let isAboutSomebody = drafts.contains {
            $0.candidate.dimension != nil || $0.candidate.traits.contains(.hasIdentityLists)
        }
        guard drafts.count > Self.runMax, isAboutSomebody else { return makePathNode(drafts) }
        var groups: [PartTable.Key: [Draft]] = [:]
        var dimensions: UInt8 = 0
        for draft in drafts {
            dimensions |= addIdentityParts(of: draft, to: &groups)
        }
        let node = Node(number: splitCount, split: .identity, dimensions: dimensions)
        splitCount += 1
        for (key, group) in groups.sorted(by: { $0.key.bits < $1.key.bits }) {
            parts.append((node.number, key, makePathNode(group)))
        }
        return node
    }

    /// Files `draft` under each value of its most specific identity field, and says which
    /// field that was as a bit of ``Node/dimensions``.
    private func addIdentityParts(
        of draft: Draft,
        to groups: inout [PartTable.Key: [Draft]]
    ) -> UInt8 {
        let rule = rules.rules[draft.policy]
        let named = IdentityDimension.allCases.filter { !rule.values($0).isAbsent }
        guard let dimension = named.first,
            rule.values(dimension).count <= Self.partsPerPolicyMax
        else {
            groups[.everybody, default: []].append(draft)
            return 16
        }
        for place in rule.values(dimension).indices {
            var part = draft
            if named.count == 1 {
                part.candidate.dimension = dimension
                part.candidate.identityValue = rules.values[place]
                part.candidate.traits.remove(.hasIdentityLists)
            }
            groups[.identity(dimension, rules.values[place]), default: []].append(part)
        }
        return 1 << dimension.rawValue
    }

    /// Makes a node of `drafts`, parted by path if that makes its runs shorter.
    private mutating func makePathNode(_ drafts: [Draft]) -> Node {
        let withPath = drafts.count { $0.candidate.traits.contains(.hasPaths) }
        guard drafts.count > Self.runMax, withPath > Self.runMax / 2 else {
            return Node(run: addRun(drafts))
        }
        var groups: [PartTable.Key: [Draft]] = [:]
        for draft in drafts { addPathParts(of: draft, to: &groups) }
        let node = Node(number: splitCount, split: .path, dimensions: 0)
        splitCount += 1
        for (key, group) in groups.sorted(by: { $0.key.bits < $1.key.bits }) {
            parts.append((node.number, key, Node(run: addRun(group))))
        }
        return node
    }

    private mutating func addPathParts(
        of draft: Draft,
        to groups: inout [PartTable.Key: [Draft]]
    ) {
        let policy = policies[draft.policy]
        if policy.appliesToTunnels { groups[.tunnels, default: []].append(draft) }
        guard let paths = policy.paths, paths.count <= Self.partsPerPolicyMax,
            paths.allSatisfy(PathPrefix.isSplittable)
        else {
            groups[.pathless, default: []].append(draft)
            return
        }
        for path in Set(paths) {
            pathLengths[path.count >> 6] |= 1 << UInt64(path.count & 63)
            groups[.path(rules.hash.hash(path.span)), default: []].append(draft)
        }
    }

    private mutating func addRun(_ drafts: [Draft]) -> FlatRange {
        let start = candidates.count
        for draft in drafts { candidates.append(draft.candidate) }
        return FlatRange(start: start, count: drafts.count)
    }
}
