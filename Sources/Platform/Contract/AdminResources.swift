// Agents' keys and gateways, where the admin API answers with more than the configuration.

/// `POST /v1/agents/{id}/keys`.
public struct KeyRequest: Codable, Sendable {
    /// The key's life in seconds; without end if absent.
    public var expiresSeconds: Int?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case expiresSeconds = "expires_seconds"
    }

    /// Describes one.
    public init(expiresSeconds: Int? = nil) {
        self.expiresSeconds = expiresSeconds
    }
}

/// The answer to a new key.
///
/// The key is shown this once; the server keeps a digest.
public struct KeyCreated: Codable, Sendable {
    /// The agent.
    public var agentID: String
    /// The key's public id.
    public var keyID: String
    /// `cgk_<id>_<secret>`.
    public var key: String
    /// RFC 3339 in UTC.
    public var createdAt: String
    /// RFC 3339; nil if it does not end.
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

    /// Describes one.
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

/// The answer to `DELETE /v1/agents/{id}/keys/{key}`.
public struct KeyRevoked: Codable, Sendable {
    /// The key's public id.
    public var id: String
    /// The commit that revoked it.
    public var commit: CommitAnswer

    /// Describes one.
    public init(id: String, commit: CommitAnswer) {
        self.id = id
        self.commit = commit
    }
}

/// An entry of `GET /v1/agents/{id}/keys`.
public struct KeySummary: Codable, Sendable {
    /// The key's public id.
    public var keyID: String
    /// RFC 3339 in UTC.
    public var createdAt: String?
    /// RFC 3339; nil if it does not end.
    public var expiresAt: String?
    /// RFC 3339; nil if it was not.
    public var revokedAt: String?

    enum CodingKeys: String, CodingKey {
        case keyID = "key_id"
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case revokedAt = "revoked_at"
    }

    /// Describes one.
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

    /// Describes one.
    public init(expiresSeconds: Int? = nil) {
        self.expiresSeconds = expiresSeconds
    }
}
