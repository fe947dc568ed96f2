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

    /// The total order: see `Policy.precedes`.
    static func precedes(_ first: CheckedPolicy, _ second: CheckedPolicy) -> Bool {
        Policy.precedes(first.source, second.source)
    }

    /// Whether the methods include CONNECT.
    var namesConnect: Bool { source.namesConnect }

    /// Whether the policy applies to a CONNECT that meets its other conditions.
    var appliesToTunnels: Bool { source.appliesToTunnels }

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
