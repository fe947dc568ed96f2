// Whose tokens are believed: an issuer, its public keys, and how its claims are read.

/// A JWT issuer that the gateways trust (specification section 3.1.1, RFC 7519).
public struct TokenIssuer: Codable, Sendable, Equatable {
    /// The exact `iss` claim.
    public var issuer: String
    /// The accepted `aud` values; a token must name at least one.
    ///
    /// Empty is a load error.
    public var audiences: [String]
    /// The issuer's public keys, each one JWK as JSON text (RFC 7517).
    public var keys: [String]
    /// The longest accepted life (`exp` - `iat`) in seconds.
    public var lifeSecondsMax: Int64
    /// The claims' names.
    public var claims: ClaimNames

    /// Describes an issuer.
    public init(
        issuer: String,
        audiences: [String],
        keys: [String],
        lifeSecondsMax: Int64 = 86_400,
        claims: ClaimNames = ClaimNames()
    ) {
        self.issuer = issuer
        self.audiences = audiences
        self.keys = keys
        self.lifeSecondsMax = lifeSecondsMax
        self.claims = claims
    }

    enum CodingKeys: String, CodingKey {
        case issuer, audiences, keys, claims
        case lifeSecondsMax = "life_seconds_max"
    }
}

/// Which claims carry the identity fields of specification section 9.1.
public struct ClaimNames: Codable, Sendable, Equatable {
    /// The claim that names the agent; required in every token.
    public var agentID: String
    /// The claim that names the team; must equal the registry where present.
    public var teamID: String
    /// The claim that names the project; must equal the registry where present.
    public var projectID: String
    /// The claim that names the environment; must equal the registry where present.
    public var environment: String

    /// Names the claims; the defaults are the specification's field names.
    public init(
        agentID: String = "agent_id",
        teamID: String = "team_id",
        projectID: String = "project_id",
        environment: String = "environment"
    ) {
        self.agentID = agentID
        self.teamID = teamID
        self.projectID = projectID
        self.environment = environment
    }

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case teamID = "team_id"
        case projectID = "project_id"
        case environment
    }
}
