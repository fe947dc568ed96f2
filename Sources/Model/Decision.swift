// The words of a decision and of its end, as events and answers spell them.

/// What was decided about a request (specification section 9.4, field `decision`).
public enum Decision: UInt8, Sendable, CaseIterable {
    case allow, deny, rateLimit

    /// The stable name in events.
    public var name: StaticString {
        switch self {
        case .allow: "allow"
        case .deny: "deny"
        case .rateLimit: "rate_limit"
        }
    }
}

/// How an exchange ended (field `outcome`).
public enum Outcome: UInt8, Sendable, CaseIterable {
    case completed, clientClosed, upstreamFailed, closedByPolicy, timedOut, aborted, refused

    /// The stable name in events.
    public var name: StaticString {
        switch self {
        case .completed: "completed"
        case .clientClosed: "client_closed"
        case .upstreamFailed: "upstream_failed"
        case .closedByPolicy: "closed_by_policy"
        case .timedOut: "timed_out"
        case .aborted: "aborted"
        case .refused: "refused"
        }
    }
}

/// How an agent proved its identity (field `auth_type`).
public enum AuthenticationType: UInt8, Sendable, CaseIterable {
    case none, apiKey, jwt

    /// The stable name in events; `none` is written as null.
    public var name: StaticString {
        switch self {
        case .none: "none"
        case .apiKey: "api_key"
        case .jwt: "jwt"
        }
    }
}

/// How the request was carried (field `protocol`).
public enum RequestProtocol: UInt8, Sendable, CaseIterable {
    case http, connect

    /// The stable name in events.
    public var name: StaticString {
        switch self {
        case .http: "http"
        case .connect: "connect"
        }
    }
}
