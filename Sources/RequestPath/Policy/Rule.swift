// A policy in compiled form: fixed size, lists as parts of the index's flat arrays, so that
// reading one costs no reference counting.

import ClawgressModel

/// All conditions and attributes of one policy.
struct Rule: BitwiseCopyable {
    /// Facts that are true or false of a policy.
    struct Attributes: OptionSet, BitwiseCopyable {
        let rawValue: UInt8

        static let allows = Attributes(rawValue: 1)
        static let observed = Attributes(rawValue: 2)
        static let enabled = Attributes(rawValue: 4)
        /// An allowed tunnel may carry anything, not only TLS.
        static let anyTunnelContent = Attributes(rawValue: 8)
        /// The author's method list has `CONNECT`.
        static let namesConnect = Attributes(rawValue: 16)
        /// A deny whose author wrote `tunnels: ignore`.
        static let ignoresTunnels = Attributes(rawValue: 32)
        /// The author gave a method list.
        static let hasMethods = Attributes(rawValue: 64)
        /// No encrypted ClientHello passes in an allowed tunnel.
        static let refusesEncryptedHello = Attributes(rawValue: 128)
    }

    let attributes: Attributes
    /// One bit per method, the tunnel bit resolved by what a CONNECT can see.
    let methods: UInt64
    let version: Int
    let priority: Int
    /// The policy id in the labels.
    let identifier: FlatRange
    let agents: FlatRange
    let teams: FlatRange
    let projects: FlatRange
    let environments: FlatRange
    /// The destination patterns, groups expanded.
    let destinations: FlatRange
    /// The path prefixes.
    let paths: FlatRange
    /// The blocks of `resolves_to`.
    let resolvesTo: FlatRange
    /// The index of the time window; -1 for none.
    let window: Int32

    /// The list of one identity field.
    func values(_ dimension: IdentityDimension) -> FlatRange {
        switch dimension {
        case .agent: agents
        case .team: teams
        case .project: projects
        case .environment: environments
        }
    }
}

/// One destination pattern of a rule.
struct RuleDestination: BitwiseCopyable {
    /// What kind of pattern it is.
    enum Kind: UInt8, BitwiseCopyable {
        case anything, name, below, block
    }

    let kind: Kind
    let ports: PortRange
    /// The name in the text; absent for blocks and for anything.
    let name: FlatRange
    /// The block, where the pattern is one.
    let block: AddressBlock?

    /// Whether the pattern names the place of `address`: a zero-length block names none.
    func names(_ address: IPAddress) -> Bool {
        guard let block, block.prefixLength > 0 else { return false }
        return block.contains(address)
    }
}
