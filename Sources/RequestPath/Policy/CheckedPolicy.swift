// A policy whose every field was read and found good: what the builders work from.

import ClawgressModel

/// A policy with its texts parsed.
struct CheckedPolicy {
    /// The policy as written.
    let source: Policy
    /// The destinations with groups expanded; nil for anywhere.
    let destinations: [DestinationPattern]?
    /// The canonical path prefixes; nil for any path.
    let paths: [[UInt8]]?
    /// The blocks of `resolves_to`.
    let resolvesTo: [AddressBlock]
    /// The time window; nil for always.
    let window: WeeklyWindow?

    /// The total order: priority, deny before allow, then the id's bytes.
    static func precedes(_ first: CheckedPolicy, _ second: CheckedPolicy) -> Bool {
        let (left, right) = (first.source, second.source)
        if left.priority != right.priority { return left.priority < right.priority }
        if left.action != right.action { return left.action == .deny }
        return left.policyID.utf8.lexicographicallyPrecedes(right.policyID.utf8)
    }

    /// Whether the methods include CONNECT.
    var namesConnect: Bool { source.match.method?.contains("CONNECT") ?? true }

    /// Whether the policy applies to a CONNECT that meets its other conditions.
    ///
    /// An allow must not rest on what a CONNECT does not show, so a path, or a method list
    /// without `CONNECT`, never opens a tunnel. A deny fails closed: the tunnel could carry
    /// what it forbids.
    var appliesToTunnels: Bool {
        switch source.action {
        case .allow: namesConnect && paths == nil
        case .deny: source.tunnels == .apply
        }
    }

    /// The values of one identity field; nil for any.
    func identity(_ dimension: IdentityDimension) -> [String]? {
        switch dimension {
        case .agent: source.match.identity?.agents
        case .team: source.match.identity?.teams
        case .project: source.match.identity?.projects
        case .environment: source.match.identity?.environments
        }
    }
}
