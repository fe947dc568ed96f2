// The compiled policy set. It is laid out so that a decision costs nearly the same with ten
// policies as with ten thousand: a request touches only candidates that share its destination,
// and of those only the ones about its agent.

public import ClawgressBytes
public import ClawgressModel

/// An immutable policy set that answers requests without allocating.
///
/// How it works: each policy is filed as a candidate under every destination that it names: an
/// exact name, a suffix, an address block, or anything. Candidates of one destination are a
/// node: a run in total order. A node with more than a few candidates is split by identity
/// field, and such a part again by path prefix. A decision probes the exact name, the suffixes
/// whose label count occurs, and the node of anything; it walks each run only as far as a
/// better match than the best so far is possible. The hash is keyed, so agents cannot prepare
/// names that collide.
///
/// A policy's *ordinal* is its place in the total order (priority, deny before allow, policy
/// id), disabled policies included. Keep the index inside one reference that is shared, and
/// never copy it on the hot path: it is a handful of arrays.
public struct PolicyIndex: Sendable {
    /// What the author should look at; none of it stops the set from working.
    public let warnings: [PolicyWarning]

    let hash: KeyedHash
    /// Names, path prefixes and methods: what decisions compare.
    let text: FlatText
    /// Policy ids and identity values: what is only written out.
    let labels: FlatText
    let methods: MethodTable
    let identities: [IdentityValues]
    /// The label of each interned identity value, for traces.
    let identityNames: [FlatRange]

    let candidates: [Candidate]
    let names: NameTable
    let suffixes: NameTable
    /// One bit per label count of the suffixes; bit 63 stands for 63 and more.
    let suffixLabels: UInt64
    let blocks: BlockTable
    let parts: PartTable
    /// The node of policies about anything.
    let anything: Node
    /// One bit per length of the path prefixes by which nodes were split.
    let pathLengths: [UInt64]
    /// Whether some enforced deny names an address block.
    let hasBlockDenies: Bool

    let rules: [Rule]
    let values: [Int32]
    let destinations: [RuleDestination]
    let paths: [FlatRange]
    let resolvable: [AddressBlock]
    let windows: [WeeklyWindow]

    /// Compiles a policy set.
    ///
    /// - Parameters:
    ///   - policies: the policies, in any order.
    ///   - agents: the registered agents; queries name them by their index in this array.
    ///   - destinationGroups: the lists behind `group:<name>`.
    ///   - hash: a hash with a random key, as a defence against prepared collisions.
    /// - Throws: ``PolicyCompileError`` with every problem of the set, not only the first.
    public init(
        policies: [Policy],
        agents: [Agent],
        destinationGroups: [String: [String]],
        hash: KeyedHash
    ) throws(PolicyCompileError) {
        var checker = PolicyChecker(destinationGroups: destinationGroups)
        let checked = try checker.check(policies).sorted(by: CheckedPolicy.precedes)
        var rules = RuleBuilder(agents: agents, hash: hash)
        rules.add(checked)
        var builder = IndexBuilder(rules: rules, policies: checked)
        builder.build()
        self.init(builder, warnings: PolicyAdvisor.warnings(for: checked, agents: agents))
    }

    private init(_ builder: IndexBuilder, warnings: [PolicyWarning]) {
        let base = builder.rules
        self.warnings = warnings
        hash = base.hash
        text = base.text
        labels = base.labels
        methods = base.methods
        identities = base.identities
        identityNames = base.identityNames
        candidates = builder.candidates
        names = NameTable(builder.exactNodes, text: base.text, hash: base.hash)
        suffixes = NameTable(builder.suffixNodes, text: base.text, hash: base.hash)
        suffixLabels = builder.suffixLabels
        blocks = BlockTable(builder.blockNodes, hash: hash)
        parts = PartTable(builder.parts, hash: hash)
        anything = builder.anything
        pathLengths = builder.pathLengths
        hasBlockDenies = builder.hasBlockDenies
        rules = base.rules
        values = base.values
        destinations = base.destinations
        paths = base.paths
        resolvable = base.resolvable
        windows = base.windows
    }
}

extension PolicyIndex {
    /// The number of policies, disabled ones included.
    public var count: Int { rules.count }

    /// Appends the id of the policy at `ordinal` to `out`, or `default-deny` for -1.
    public func writePolicyID(_ ordinal: Int32, to out: inout ByteBuffer) {
        guard ordinal >= 0 else { return out.append("default-deny") }
        let rules = self.rules.span
        let labels = self.labels.bytes.span
        out.append(labels, rules[Int(ordinal)].identifier.indices)
    }

    /// The id of the policy at `ordinal`, or `default-deny` for -1; off the hot path.
    public func policyID(_ ordinal: Int32) -> [UInt8] {
        guard ordinal >= 0 else { return Array("default-deny".utf8) }
        return Array(labels.bytes[rules[Int(ordinal)].identifier.indices])
    }

    /// The author's version of the policy at `ordinal`; 0 for -1.
    public func policyVersion(_ ordinal: Int32) -> Int {
        ordinal >= 0 ? rules[Int(ordinal)].version : 0
    }

    /// Whether the author of the policy at `ordinal` gave a method list.
    public func namesMethods(_ ordinal: Int32) -> Bool {
        ordinal >= 0 && rules[Int(ordinal)].attributes.contains(.hasMethods)
    }

    /// The first instant after `now`, in seconds since 1970 UTC, at which a policy's time window
    /// begins or ends, so that the same query may get another verdict; nil without windows.
    public func nextWindowEdge(after now: Int64) -> Int64? {
        windows.map { $0.nextEdge(after: now) }.min()
    }

    /// What must flow in a tunnel that the policy at `ordinal` allowed.
    public func tlsContent(_ ordinal: Int32) -> Policy.TunnelContent {
        guard ordinal >= 0 else { return .require }
        return rules[Int(ordinal)].attributes.contains(.anyTunnelContent) ? .any : .require
    }

    /// What becomes of an encrypted ClientHello in a tunnel that the policy at `ordinal` allowed.
    public func encryptedHello(_ ordinal: Int32) -> Policy.EncryptedHello {
        guard ordinal >= 0 else { return .refuse }
        return rules[Int(ordinal)].attributes.contains(.refusesEncryptedHello) ? .refuse : .allow
    }
}
