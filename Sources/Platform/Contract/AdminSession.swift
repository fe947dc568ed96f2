// Operators at the admin API: who they are, how they log in, what they carry.

/// What an operator may do.
///
/// An admin may everything and read-only is in every other; operator and auditor are apart.
public enum AdminRole: String, Codable, Sendable, CaseIterable {
    /// Everything, users and gateways included.
    case admin
    /// Changes and commits the configuration.
    case `operator`
    /// Reads everything, audit events included.
    case auditor
    /// Reads the configuration, without audit events.
    case readOnly = "read-only"
}

/// How a credential came to be.
public enum AdminCredentialKind: String, Codable, Sendable {
    /// From a login with a password.
    case session
    /// An operator token.
    case token
    /// The one-time token of the first start.
    case bootstrap
}

/// `POST /v1/login`.
public struct LoginRequest: Codable, Sendable {
    /// The operator.
    public var user: String
    /// The password, in the clear.
    public var password: String

    /// Describes one.
    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }
}

/// The answer to a login.
///
/// The token is shown this once.
public struct LoginAnswer: Codable, Sendable {
    /// The bearer token of the session.
    public var token: String
    /// When the session ends, RFC 3339 in UTC.
    public var expiresAt: String
    /// The operator.
    public var user: String
    /// What it may do.
    public var role: AdminRole

    enum CodingKeys: String, CodingKey {
        case token
        case expiresAt = "expires_at"
        case user, role
    }

    /// Describes one.
    public init(token: String, expiresAt: String, user: String, role: AdminRole) {
        self.token = token
        self.expiresAt = expiresAt
        self.user = user
        self.role = role
    }
}

/// `GET /v1/whoami`.
public struct WhoAmI: Codable, Sendable {
    /// The user; `bootstrap` for the token of the first start.
    public var user: String
    /// What it may do.
    public var role: AdminRole
    /// Which kind it is.
    public var kind: AdminCredentialKind
    /// The id of the token or session.
    public var credentialID: String
    /// RFC 3339; absent if it does not end.
    public var expiresAt: String?
    /// The parts of the API that it is limited to; absent for all of its role.
    public var scopes: [AdminScope]?

    enum CodingKeys: String, CodingKey {
        case user, role, kind, scopes
        case credentialID = "credential_id"
        case expiresAt = "expires_at"
    }

    /// Describes one.
    public init(
        user: String,
        role: AdminRole,
        kind: AdminCredentialKind,
        credentialID: String,
        expiresAt: String?,
        scopes: [AdminScope]?
    ) {
        self.user = user
        self.role = role
        self.kind = kind
        self.credentialID = credentialID
        self.expiresAt = expiresAt
        self.scopes = scopes
    }
}

/// `POST /v1/tokens`: a new operator token of the caller.
public struct TokenRequest: Codable, Sendable {
    /// What it is for, for people.
    public var name: String
    /// Its life in seconds; the server's default if absent.
    public var expiresSeconds: Int?
    /// The role it is limited to; the user's own if absent, never more.
    public var role: AdminRole?
    /// Whose token it is, if not the caller's: admins only.
    public var user: String?
    /// The parts of the API that it is limited to; those of the caller's credential if absent.
    public var scopes: [AdminScope]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case expiresSeconds = "expires_seconds"
        case role, user, scopes
    }

    /// Describes one.
    public init(
        name: String,
        expiresSeconds: Int? = nil,
        role: AdminRole? = nil,
        user: String? = nil,
        scopes: [AdminScope]? = nil
    ) {
        self.name = name
        self.expiresSeconds = expiresSeconds
        self.role = role
        self.user = user
        self.scopes = scopes
    }
}

/// What is known of a token; its secret is not among it.
public struct TokenSummary: Codable, Sendable {
    /// Its public id.
    public var id: String
    /// What it is for.
    public var name: String
    /// The operator.
    public var user: String
    /// What it may do.
    public var role: AdminRole
    /// The parts of the API that it is limited to; absent for all of its role.
    public var scopes: [AdminScope]?
    /// RFC 3339 in UTC.
    public var createdAt: String
    /// RFC 3339; nil if it does not end.
    public var expiresAt: String
    /// RFC 3339; nil if it never was.
    public var lastUsedAt: String?
    /// RFC 3339; nil if it was not.
    public var revokedAt: String?

    enum CodingKeys: String, CodingKey {
        case id, name, user, role, scopes
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case lastUsedAt = "last_used_at"
        case revokedAt = "revoked_at"
    }

    /// Describes one.
    public init(
        id: String,
        name: String,
        user: String,
        role: AdminRole,
        scopes: [AdminScope]?,
        createdAt: String,
        expiresAt: String,
        lastUsedAt: String?,
        revokedAt: String?
    ) {
        self.id = id
        self.name = name
        self.user = user
        self.role = role
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }
}

/// The answer to `POST /v1/tokens`.
///
/// The token is shown this once.
public struct TokenCreated: Codable, Sendable {
    /// `cgo_<id>_<secret>`.
    public var token: String
    /// Its public id.
    public var id: String
    /// The operator.
    public var user: String
    /// What it may do.
    public var role: AdminRole
    /// The parts of the API that it is limited to; absent for all of its role.
    public var scopes: [AdminScope]?
    /// RFC 3339; nil if it does not end.
    public var expiresAt: String

    enum CodingKeys: String, CodingKey {
        case token, id, user, role, scopes
        case expiresAt = "expires_at"
    }

    /// Describes one.
    public init(
        token: String,
        id: String,
        user: String,
        role: AdminRole,
        scopes: [AdminScope]?,
        expiresAt: String
    ) {
        self.token = token
        self.id = id
        self.user = user
        self.role = role
        self.scopes = scopes
        self.expiresAt = expiresAt
    }
}

/// `PUT /v1/users/{name}/password`.
public struct PasswordRequest: Codable, Sendable {
    /// The password, in the clear.
    public var password: String

    /// Describes one.
    public init(password: String) {
        self.password = password
    }
}
