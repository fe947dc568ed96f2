// What policy was asked, as a record of the log tells it. Whoever wrote the record is another process:
// what is not exactly as a gateway writes it is not judged.

public import ClawgressModel

/// A recorded request that can be judged again.
///
/// All texts are printable ASCII in the forms that gateways judge: an id, a canonical host, a token, a
/// canonical path.
public struct RecordedRequest: Sendable, Equatable {
    /// The request's id.
    public let requestID: String
    /// When its head was complete, as recorded: UTC with microseconds.
    public let timestamp: String
    /// The same in whole seconds since 1970 UTC, as time windows count.
    public let seconds: Int64
    /// Who was proved to ask.
    public let agentID: String
    /// The canonical host; an IPv6 literal without brackets.
    public let host: String
    /// The host as an address, if it is one.
    public let literal: IPAddress?
    /// The destination's port.
    public let port: UInt16
    /// Whether it was a CONNECT.
    public let isTunnel: Bool
    /// The method as it was sent.
    public let method: String
    /// The canonical path without query; empty for a CONNECT.
    public let path: String
    /// The address that was dialled, or whose check failed.
    public let address: IPAddress?
    /// Whether it was let through.
    public let isAllowed: Bool
    /// The policy that decided, or the reserved id.
    public let policyID: String
    /// What the observed policies would have changed; nil if nothing.
    public let wouldAllow: Bool?
}

/// Why a record is not judged again; each of these is counted and none of them guessed at.
public enum Unreplayable: String, Error, Sendable, CaseIterable {
    /// The log has the record no longer.
    case notKept = "not_kept"
    /// It is no record of a request that this version knows.
    case notUnderstood = "not_understood"
    /// Nobody was proved to ask.
    case noIdentity = "no_identity"
    /// The request was refused for its own form.
    case malformedRequest = "malformed_request"
    /// A quota or a limit refused it for how often was asked.
    case rateLimited = "rate_limited"
    /// Another limit, or the state of the gateway, refused it.
    case limits
    /// It was refused for what its tunnel began with, which is not recorded.
    case tunnelContent = "tunnel_content"
    /// What policy judges was cut in the record.
    case truncated
    /// The record does not show the path that policy judged.
    case pathHidden = "path_hidden"
}
