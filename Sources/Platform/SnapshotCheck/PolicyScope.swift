// What a policy matches, in a form in which one policy can be held against another.

import ClawgressBytes
import ClawgressModel

/// The conditions of one policy of a set that compiles.
struct PolicyScope {
    let policy: Policy
    /// Agents, teams, projects, environments; nil for any.
    let identities: [Set<String>?]
    /// The patterns with groups expanded; nil for anywhere.
    let patterns: [DestinationPattern]?
    /// The ports under which each target is named; nil for anywhere.
    private let ports: [DestinationPattern.Target: [DestinationPattern.Ports]]?
    /// The methods but for CONNECT; nil for any.
    private let methods: Set<String>?
    /// The canonical path prefixes; nil for any.
    let paths: [[UInt8]]?

    init(_ policy: Policy, groups: [String: [DestinationPattern]]) {
        self.policy = policy
        let identity = policy.match.identity
        identities = [
            identity?.agents, identity?.teams, identity?.projects, identity?.environments,
        ].map { $0.map { Set($0) } }
        patterns = policy.match.destination.map { entries in
            entries.flatMap { entry in
                let name = entry.hasPrefix("group:") ? String(entry.dropFirst(6)) : nil
                return name.map { groups[$0] ?? [] } ?? (try? DestinationPattern(entry)).map {
                    [$0]
                } ?? []
            }
        }
        ports = patterns.map { patterns in
            Dictionary(grouping: patterns, by: \.target).mapValues { $0.map(\.ports) }
        }
        methods = policy.match.method.map { Set($0).subtracting(["CONNECT"]) }
        paths = policy.match.pathPrefix.map { $0.compactMap(Self.canonical) }
    }

    /// Whether the policy is about requests that are no tunnels.
    var isAboutPlainRequests: Bool { methods?.isEmpty != true }

    /// Whether each request that `other` matches is matched by this policy too.
    func covers(_ other: PolicyScope) -> Bool {
        if let time = policy.match.time, time != other.policy.match.time { return false }
        if other.policy.appliesToTunnels, !policy.appliesToTunnels { return false }
        if other.isAboutPlainRequests, !coversPlainRequests(of: other) { return false }
        // A denied block is also about the addresses that allowed names lead to.
        if other.deniesBlocks, policy.action == .allow { return false }
        for (mine, theirs) in zip(identities, other.identities) {
            guard let mine else { continue }
            guard let theirs, theirs.isSubset(of: mine) else { return false }
        }
        return coversDestinations(of: other)
    }

    private var deniesBlocks: Bool {
        policy.action == .deny
            && patterns?.contains { if case .block = $0.target { true } else { false } } == true
    }

    private func coversPlainRequests(of other: PolicyScope) -> Bool {
        if let methods {
            guard let theirs = other.methods, theirs.isSubset(of: methods) else { return false }
        }
        guard let paths else { return true }
        guard let theirs = other.paths else { return false }
        return theirs.allSatisfy { path in
            paths.contains { CanonicalPath.isPrefix($0.span, of: path.span) }
        }
    }

    private func coversDestinations(of other: PolicyScope) -> Bool {
        guard let ports else { return true }
        guard let theirs = other.patterns else { return false }
        return theirs.allSatisfy { pattern in
            pattern.target.ancestors.contains { ancestor in
                ports[ancestor]?.contains { $0.covers(pattern.ports) } == true
            }
        }
    }

    private static func canonical(_ prefix: String) -> [UInt8]? {
        let bytes = Array(prefix.utf8)
        var out = ByteBuffer(capacity: 4 * bytes.count + 1)
        guard (try? CanonicalPath.append(bytes.span, into: &out)) != nil else { return nil }
        return out.bytes.array()
    }
}

extension DestinationPattern.Target {
    /// The targets that cover this one, itself included.
    var ancestors: [DestinationPattern.Target] {
        switch self {
        case .anything: return [.anything]
        case .name(let name): return [self] + Self.suffixes(name) + [.anything]
        // Nothing is below a name but what is below each of its own suffixes.
        case .below(let name): return [self] + Self.suffixes(name) + [.anything]
        case .block(let block):
            let wider = (0...Int(block.prefixLength)).compactMap {
                AddressBlock(base: block.base, prefixLength: $0).map(Self.block)
            }
            return wider.reversed() + [.anything]
        }
    }

    /// The patterns `*.…` that cover a name.
    private static func suffixes(_ name: String) -> [DestinationPattern.Target] {
        var rest = name[...]
        var found: [DestinationPattern.Target] = []
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            found.append(.below(String(rest)))
        }
        return found
    }
}

extension DestinationPattern.Ports {
    /// Whether these ports contain all of `other`; by default they are 80 for http and 443 for
    /// CONNECT, which no range is that does not contain both.
    fileprivate func covers(_ other: DestinationPattern.Ports) -> Bool {
        switch (self, other) {
        case (.defaults, .defaults): true
        case (.defaults, .range): false
        case (.range(let low, let high), .defaults): low <= 80 && high >= 443
        case (.range(let low, let high), .range(let from, let to)): low <= from && to <= high
        }
    }
}
