// What clawgress-policy knows of the gateways, and how one of them is enrolled.

/// A gateway as the policy service sees it.
public struct GatewayStatus: Codable, Sendable, Equatable {
    /// What can be said of it at one glance; the first that applies, from the bottom up.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// Enrolled, and never heard from.
        case enrolled
        /// Not heard from within the time that makes a gateway required.
        case lost
        /// Heard from, but it does not serve the latest decided bundle.
        case behind
        /// Heard from, and it serves the latest decided bundle.
        case connected
        /// Taken out of commits by an operator.
        case maintenance
    }

    /// The gateway.
    public var gatewayID: String
    /// What can be said of it at one glance.
    public var state: State
    /// Whether a publication needs its agreement now.
    public var required: Bool
    /// Whether its stream is open.
    public var streaming: Bool
    /// Whether it says that it is ready to serve; absent until it said.
    public var ready: Bool?
    /// The bundle that it serves, as it said last.
    public var active: BundleReference?
    /// When it was heard from last, in seconds since 1970 UTC.
    public var lastHeard: Int64?
    /// When it was enrolled, in seconds since 1970 UTC.
    public var enrolledAt: Int64
    /// When its certificate ends, in seconds since 1970 UTC.
    public var certificateEnds: Int64
    /// The version of the key set that it has.
    public var keySetVersion: Int64?
    /// The version of its program.
    public var productVersion: String?
    /// Its boot, which changes with each start.
    public var bootID: String?
    /// The serial that it reverted by itself, because nobody confirmed it in time.
    public var revertedSerial: Int64?
    /// What is wrong with it, in a sentence; absent if nothing is.
    public var problem: String?

    /// Assembles a status.
    public init(
        gatewayID: String,
        state: State,
        required: Bool,
        streaming: Bool,
        enrolledAt: Int64,
        certificateEnds: Int64
    ) {
        self.gatewayID = gatewayID
        self.state = state
        self.required = required
        self.streaming = streaming
        self.enrolledAt = enrolledAt
        self.certificateEnds = certificateEnds
    }

    enum CodingKeys: String, CodingKey {
        case state, required, streaming, ready, active, problem
        case gatewayID = "gateway_id"
        case lastHeard = "last_heard"
        case enrolledAt = "enrolled_at"
        case certificateEnds = "certificate_ends"
        case keySetVersion = "key_set_version"
        case productVersion = "product_version"
        case bootID = "boot_id"
        case revertedSerial = "reverted_serial"
    }
}

/// Gateways, by their ids: all of them from the policy service, a page of them from the admin API.
public struct GatewayList: Codable, Sendable, Equatable {
    /// The gateways.
    public var gateways: [GatewayStatus]
    /// Given back as `cursor` for the next page; absent on the last.
    public var nextCursor: String?

    /// Assembles a list.
    public init(gateways: [GatewayStatus], nextCursor: String? = nil) {
        self.gateways = gateways
        self.nextCursor = nextCursor
    }

    enum CodingKeys: String, CodingKey {
        case gateways
        case nextCursor = "next_cursor"
    }
}

/// Whether a gateway is in maintenance: then no publication waits for it.
public struct MaintenanceRequest: Codable, Sendable, Equatable {
    /// Whether it is.
    public var maintenance: Bool

    /// Assembles a request.
    public init(maintenance: Bool) { self.maintenance = maintenance }
}

/// A wish for a one-time token with which one gateway can be enrolled.
public struct EnrolmentTokenRequest: Codable, Sendable, Equatable {
    /// How long a token may live, in seconds.
    public static var lives: ClosedRange<Int64> { 60...604_800 }

    /// The gateway that the token is for.
    public var gatewayID: String
    /// How long it lives.
    public var expiresSeconds: Int64

    /// Assembles a request.
    public init(gatewayID: String, expiresSeconds: Int64) {
        self.gatewayID = gatewayID
        self.expiresSeconds = expiresSeconds
    }

    enum CodingKeys: String, CodingKey {
        case gatewayID = "gateway_id"
        case expiresSeconds = "expires_seconds"
    }
}

/// A one-time token: a secret, shown once and kept as a digest.
public struct EnrolmentToken: Codable, Sendable, Equatable {
    /// The token.
    public var token: String
    /// Until when it can be used, in seconds since 1970 UTC.
    public var expiresAt: Int64

    /// Assembles an answer.
    public init(token: String, expiresAt: Int64) {
        self.token = token
        self.expiresAt = expiresAt
    }

    enum CodingKeys: String, CodingKey {
        case token
        case expiresAt = "expires_at"
    }
}

/// What a gateway shows to become one.
public struct EnrolmentRequest: Codable, Sendable, Equatable {
    /// The one-time token.
    public var token: String
    /// The gateway that it is for.
    public var gatewayID: String
    /// A certificate request (RFC 2986) in PEM for `clawgress://gateway/<id>`.
    public var csr: String

    /// Assembles a request.
    public init(token: String, gatewayID: String, csr: String) {
        self.token = token
        self.gatewayID = gatewayID
        self.csr = csr
    }

    enum CodingKeys: String, CodingKey {
        case token, csr
        case gatewayID = "gateway_id"
    }
}

/// What an enrolled gateway starts with; none of it is secret.
public struct EnrolmentAnswer: Codable, Sendable, Equatable {
    /// Its certificate, in PEM.
    public var certificate: String
    /// The mesh's certificate authorities, in PEM.
    public var ca: String
    /// The public root key, as the text of a JWK: the one thing it will always trust.
    public var rootKey: String
    /// The newest key set, signed by the root key: a compact JWS.
    public var keySet: String

    /// Assembles an answer.
    public init(certificate: String, ca: String, rootKey: String, keySet: String) {
        self.certificate = certificate
        self.ca = ca
        self.rootKey = rootKey
        self.keySet = keySet
    }

    enum CodingKeys: String, CodingKey {
        case certificate, ca
        case rootKey = "root_key"
        case keySet = "key_set"
    }
}
