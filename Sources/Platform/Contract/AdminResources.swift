// Agents' keys and gateways, where the admin API answers with more than the configuration.

/// `POST /v1/agents/{id}/keys`.
public struct KeyRequest: Codable, Sendable {
    /// The key's life in seconds; without end if absent.
    public var expiresSeconds: Int?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case expiresSeconds = "expires_seconds"
    }

    public init(expiresSeconds: Int? = nil) {
        self.expiresSeconds = expiresSeconds
    }
}

/// The answer to a new key. The key is shown this once; the server keeps a digest.
public struct KeyCreated: Codable, Sendable {
    public var agentID: String
    public var keyID: String
    /// `cgk_<id>_<secret>`.
    public var key: String
    public var createdAt: String
    public var expiresAt: String?
    /// The commit that put it into force, with `?commit=true`.
    public var commit: CommitAnswer?

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case keyID = "key_id"
        case key
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case commit
    }

    public init(
        agentID: String,
        keyID: String,
        key: String,
        createdAt: String,
        expiresAt: String?,
        commit: CommitAnswer?
    ) {
        self.agentID = agentID
        self.keyID = keyID
        self.key = key
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.commit = commit
    }
}

/// An entry of `GET /v1/agents/{id}/keys`.
public struct KeySummary: Codable, Sendable {
    public var keyID: String
    public var createdAt: String?
    public var expiresAt: String?
    public var revokedAt: String?

    enum CodingKeys: String, CodingKey {
        case keyID = "key_id"
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case revokedAt = "revoked_at"
    }

    public init(keyID: String, createdAt: String?, expiresAt: String?, revokedAt: String?) {
        self.keyID = keyID
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}

/// `POST /v1/gateways/{id}/enrolment-token`.
public struct EnrolmentTokenBody: Codable, Sendable {
    /// The token's life in seconds.
    public var expiresSeconds: Int?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case expiresSeconds = "expires_seconds"
    }

    public init(expiresSeconds: Int? = nil) {
        self.expiresSeconds = expiresSeconds
    }
}

/// `PUT /v1/gateways/{id}/maintenance`.
public struct MaintenanceBody: Codable, Sendable {
    public var maintenance: Bool

    public init(maintenance: Bool) {
        self.maintenance = maintenance
    }
}
