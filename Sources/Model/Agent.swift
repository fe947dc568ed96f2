// Who may ask: the identity record of specification section 9.1, with the digests of the
// agent's API keys. No secret is in it, so it can travel in a bundle to every gateway.

/// A registered agent and its canonical identity (specification section 9.1).
public struct Agent: Codable, Sendable, Equatable {
    /// Whether the agent may ask at all.
    public enum Status: String, Codable, Sendable {
        /// The agent may ask.
        case active
        /// Every request of the agent is refused.
        case disabled
    }

    /// The agent's id, unique in a bundle.
    public var agentID: String
    /// The team that answers for the agent.
    public var teamID: String
    /// The project that the agent works for.
    public var projectID: String
    /// The environment it runs in, such as `production`.
    public var environment: String
    /// Whether it may ask.
    public var status: Status
    /// The digests of its API keys; at most two are live at a time, for rotation.
    public var keys: [APIKeyRecord]

    /// Describes an agent.
    public init(
        agentID: String,
        teamID: String,
        projectID: String,
        environment: String,
        status: Status = .active,
        keys: [APIKeyRecord] = []
    ) {
        self.agentID = agentID
        self.teamID = teamID
        self.projectID = projectID
        self.environment = environment
        self.status = status
        self.keys = keys
    }

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case teamID = "team_id"
        case projectID = "project_id"
        case environment, status, keys
    }
}

/// What is stored of an API key: never the key.
public struct APIKeyRecord: Codable, Sendable, Equatable {
    /// The public half of the key's name, as in `cgk_<key id>_<secret>`.
    public var keyID: String
    /// SHA-256 of the secret part, in lower-case hexadecimal.
    public var digest: String
    /// When it was made, in seconds since 1970 UTC.
    public var createdAt: Int64
    /// When it ends, in seconds since 1970 UTC; nil for never.
    public var expiresAt: Int64?
    /// When it was revoked, in seconds since 1970 UTC; nil while it is live.
    public var revokedAt: Int64?

    /// Describes a key.
    public init(
        keyID: String,
        digest: String,
        createdAt: Int64,
        expiresAt: Int64? = nil,
        revokedAt: Int64? = nil
    ) {
        self.keyID = keyID
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }

    enum CodingKeys: String, CodingKey {
        case keyID = "key_id"
        case digest
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case revokedAt = "revoked_at"
    }
}
