// What is allowed: the policy record of specification section 9.2. Absent match fields mean
// "any"; a present but empty list is refused when the set is compiled, because its author
// meant something else.

/// A rule about requests (specification section 9.2).
public struct Policy: Codable, Sendable, Equatable {
    /// What a matching policy says.
    public enum Action: String, Codable, Sendable {
        /// The request may go on to the quota.
        case allow
        /// The request ends here.
        case deny
    }

    /// Whether a policy decides or only tells what it would have decided.
    public enum Mode: String, Codable, Sendable {
        /// The policy decides.
        case enforce
        /// The policy never changes the outcome; records carry what it would have done.
        case observe
    }

    /// What a deny with a method or path, which a CONNECT does not show, does to tunnels.
    public enum TunnelRule: String, Codable, Sendable {
        /// Fail closed: the whole tunnel is denied.
        case apply
        /// The deny is about plain requests only.
        case ignore
    }

    /// What must flow in a tunnel that the policy allows.
    public enum TunnelContent: String, Codable, Sendable {
        /// The first bytes must be a TLS ClientHello for the destination's name.
        case require
        /// Anything; legal only with an explicit port.
        case any
    }

    /// What becomes of a ClientHello that carries, or pretends to carry, an encrypted one (ECH).
    ///
    /// Clients send the extension as mere decoration too, and nobody on the way can tell which it
    /// is: the name that can be read decides, unless a policy wants none of it.
    public enum EncryptedHello: String, Codable, Sendable {
        /// The outer name decides.
        case allow
        /// The tunnel is closed.
        case refuse
    }

    /// The policy's id, unique in a bundle.
    public var policyID: String
    /// The author's version number of this policy.
    public var version: Int
    /// Smaller first; ties go deny before allow, then by id.
    public var priority: Int
    /// Whether the policy takes part at all.
    public var enabled: Bool
    /// Whether it decides or is observed.
    public var mode: Mode
    /// What it says.
    public var action: Action
    /// What it applies to.
    public var match: PolicyMatch
    /// Special-purpose address blocks (CIDR) that a name allowed by this policy may resolve to.
    public var resolvesTo: [String]?
    /// What a deny with a method or path does to tunnels.
    public var tunnels: TunnelRule
    /// What must flow in an allowed tunnel.
    public var tls: TunnelContent
    /// What becomes of an encrypted ClientHello in it.
    public var ech: EncryptedHello
    /// Whether the author meant a pattern as broad as `*` or `*.com`.
    public var allowBroad: Bool

    /// Describes a policy; everything but id and action has the default of the source format.
    public init(
        policyID: String,
        version: Int = 1,
        priority: Int = 1_000,
        enabled: Bool = true,
        mode: Mode = .enforce,
        action: Action,
        match: PolicyMatch = PolicyMatch(),
        resolvesTo: [String]? = nil,
        tunnels: TunnelRule = .apply,
        tls: TunnelContent = .require,
        ech: EncryptedHello = .allow,
        allowBroad: Bool = false
    ) {
        self.policyID = policyID
        self.version = version
        self.priority = priority
        self.enabled = enabled
        self.mode = mode
        self.action = action
        self.match = match
        self.resolvesTo = resolvesTo
        self.tunnels = tunnels
        self.tls = tls
        self.ech = ech
        self.allowBroad = allowBroad
    }

    enum CodingKeys: String, CodingKey {
        case policyID = "policy_id"
        case version, priority, enabled, mode, action, match, tunnels, tls, ech
        case resolvesTo = "resolves_to"
        case allowBroad = "allow_broad"
    }
}
