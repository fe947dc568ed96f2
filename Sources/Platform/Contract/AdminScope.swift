// What a token is for: a token may be limited to parts of the API, within the role that it has.

/// A part of the API that a token can be limited to.
public enum AdminScope: String, Codable, Sendable, CaseIterable {
    /// Reads the configuration, its history and the caller's candidate.
    case readConfiguration = "configuration:read"
    /// Changes the caller's candidate and stages it.
    case writeConfiguration = "configuration:write"
    /// Puts what was staged, or one change at once, into force; confirms.
    case commit
    /// Makes agents' keys, and revokes them.
    case keys
    /// Lists gateways, enrols and revokes them, and takes them out of commits.
    case gateways
    /// Reads audit events and the log, and judges recorded decisions.
    case readEvents = "events:read"
    /// Changes users, their tokens and passwords.
    case users
    /// Reads the daemon's metrics.
    case metrics
}
