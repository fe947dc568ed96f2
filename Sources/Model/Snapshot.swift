// The whole truth of a gateway at one moment: what a signed bundle carries. A gateway answers
// every request from one of these in its own memory and asks nobody.

/// The content of a bundle (specification sections 6.2 and 9).
public struct Snapshot: Codable, Sendable, Equatable {
    /// The format's name, so that a future format is refused and not misread.
    public static var formatName: String { "clawgress-bundle-v1" }

    /// Always ``formatName``.
    public var format: String
    /// Raised when a control plane is restored from a backup; compared before the serial.
    public var epoch: Int64
    /// Grows by one with each publication, rollbacks included.
    public var serial: Int64
    /// `sha256:` and the digest of the content without epoch, serial, revision, time and
    /// ``confirmBy``.
    public var revision: String
    /// When it was made, in seconds since 1970 UTC.
    public var issuedAt: Int64
    /// The registered agents.
    public var agents: [Agent]
    /// The trusted token issuers.
    public var issuers: [TokenIssuer]
    /// Named lists of destination patterns, used as `group:<name>`.
    public var destinationGroups: [String: [String]]
    /// The policies, in any order.
    public var policies: [Policy]
    /// Per-agent quotas.
    public var quotas: [Quota]
    /// The quota of agents without their own; nil for none.
    public var defaultQuota: Quota?
    /// What all gateways share besides.
    public var settings: GatewaySettings
    /// `sha256:` and the digest of the configuration tree that this was made from, so that one
    /// tree has one revision even where gateways see no difference; nil in bundles that were made
    /// from a source folder.
    public var configuration: String?
    /// When a gateway that has heard of nothing newer goes back to what it served before, in
    /// seconds since 1970 UTC; nil for a bundle that stays.
    public var confirmBy: Int64?

    /// Assembles a snapshot; the signer fills epoch, serial, revision and time.
    public init(
        epoch: Int64 = 1,
        serial: Int64 = 1,
        revision: String = "",
        issuedAt: Int64 = 0,
        agents: [Agent] = [],
        issuers: [TokenIssuer] = [],
        destinationGroups: [String: [String]] = [:],
        policies: [Policy] = [],
        quotas: [Quota] = [],
        defaultQuota: Quota? = nil,
        settings: GatewaySettings = GatewaySettings(),
        configuration: String? = nil,
        confirmBy: Int64? = nil
    ) {
        self.format = Self.formatName
        self.epoch = epoch
        self.serial = serial
        self.revision = revision
        self.issuedAt = issuedAt
        self.agents = agents
        self.issuers = issuers
        self.destinationGroups = destinationGroups
        self.policies = policies
        self.quotas = quotas
        self.defaultQuota = defaultQuota
        self.settings = settings
        self.configuration = configuration
        self.confirmBy = confirmBy
    }

    enum CodingKeys: String, CodingKey {
        case format, epoch, serial, revision, agents, issuers, policies, quotas, settings
        case configuration
        case confirmBy = "confirm_by"
        case issuedAt = "issued_at"
        case destinationGroups = "destination_groups"
        case defaultQuota = "default_quota"
    }
}
