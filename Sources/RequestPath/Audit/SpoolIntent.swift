// What is known about an exchange when it is decided: the part of the event that is on disk
// before a byte goes upstream.

public import ClawgressModel

/// The scheme of a destination (field `scheme`).
public enum DestinationScheme: UInt8, Sendable, CaseIterable {
    case unknown, http, https

    /// The stable name in events; `unknown` is written as null.
    public var name: StaticString {
        switch self {
        case .unknown: "unknown"
        case .http: "http"
        case .https: "https"
        }
    }
}

/// The texts of an intent; an empty span stands for "not known".
///
/// Only borrowed: they are copied into the spool by the call that gets them.
public struct SpoolTexts: ~Escapable {
    /// Four identity fields as ``SpoolIdentity/prepare(_:)`` lays them out; empty if not proven.
    public let identity: Span<UInt8>
    /// The agent id that the client claimed without proving it.
    public let claimedAgentID: Span<UInt8>
    /// The key id, or issuer, key id and `jti` of a token.
    public let credentialID: Span<UInt8>
    /// The destination's name or address.
    public let host: Span<UInt8>
    /// The method, as sent.
    public let method: Span<UInt8>
    /// The canonical path.
    public let path: Span<UInt8>
    /// The policy that matched, whatever became of the request later; empty if none did.
    ///
    /// The reserved ids are derived from the reason.
    public let policyID: Span<UInt8>
    /// The policy that an observed policy set would have applied.
    public let wouldPolicyID: Span<UInt8>
    /// The bundle's content hash.
    public let bundleRevision: Span<UInt8>

    /// Gathers the texts.
    @_lifetime(
        copy identity,
        copy claimedAgentID,
        copy credentialID,
        copy host,
        copy method,
        copy path,
        copy policyID,
        copy wouldPolicyID,
        copy bundleRevision
    )
    @inlinable
    public init(
        identity: Span<UInt8>,
        claimedAgentID: Span<UInt8>,
        credentialID: Span<UInt8>,
        host: Span<UInt8>,
        method: Span<UInt8>,
        path: Span<UInt8>,
        policyID: Span<UInt8>,
        wouldPolicyID: Span<UInt8>,
        bundleRevision: Span<UInt8>
    ) {
        self.identity = identity
        self.claimedAgentID = claimedAgentID
        self.credentialID = credentialID
        self.host = host
        self.method = method
        self.path = path
        self.policyID = policyID
        self.wouldPolicyID = wouldPolicyID
        self.bundleRevision = bundleRevision
    }
}

/// The plain fields of an intent.
public struct SpoolIntent: Sendable {
    /// The request's id.
    public var requestID: RequestID
    /// Wall clock, microseconds since 1970 UTC, when the head was complete.
    public var timestamp: Int64
    /// What was decided.
    public var decision: Decision
    /// Why.
    public var reason: Reason
    /// What the quota said.
    public var quota: QuotaApplied
    /// How identity was proved.
    public var authentication: AuthenticationType
    /// How the request is carried.
    public var requestProtocol: RequestProtocol
    /// The destination's scheme.
    public var scheme: DestinationScheme
    /// What an observed policy set would have decided, if that differs.
    public var wouldDecision: Decision?
    /// The version of the policy that matched; nil if none did.
    public var policyVersion: Int?
    /// The snapshot's serial.
    public var bundleSerial: Int64
    /// Where the client connected from.
    public var clientAddress: IPAddress
    /// The client's port.
    public var clientPort: UInt16
    /// The destination's port; 0 if not known.
    public var destinationPort: UInt16
    /// Whether a server name may become known at the end, for which the slot then has room.
    public var reservesServerName: Bool
    /// The id of the CONNECT in whose tunnel the request came; nil outside of tunnels.
    public var tunnelRequestID: RequestID?
    /// Whether the path is not the one that was asked for, because segments of it are secrets.
    public var isRedacted: Bool

    /// Describes an exchange that was just decided; what is not given is not known.
    @inlinable
    public init(
        requestID: RequestID,
        timestamp: Int64,
        decision: Decision,
        reason: Reason,
        requestProtocol: RequestProtocol,
        clientAddress: IPAddress,
        clientPort: UInt16,
        bundleSerial: Int64,
        quota: QuotaApplied = .none,
        authentication: AuthenticationType = .none,
        scheme: DestinationScheme = .unknown,
        destinationPort: UInt16 = 0,
        policyVersion: Int? = nil,
        wouldDecision: Decision? = nil,
        reservesServerName: Bool = false,
        tunnelRequestID: RequestID? = nil,
        isRedacted: Bool = false
    ) {
        self.requestID = requestID
        self.timestamp = timestamp
        self.decision = decision
        self.reason = reason
        self.requestProtocol = requestProtocol
        self.clientAddress = clientAddress
        self.clientPort = clientPort
        self.bundleSerial = bundleSerial
        self.quota = quota
        self.authentication = authentication
        self.scheme = scheme
        self.destinationPort = destinationPort
        self.policyVersion = policyVersion
        self.wouldDecision = wouldDecision
        self.reservesServerName = reservesServerName
        self.tunnelRequestID = tunnelRequestID
        self.isRedacted = isRedacted
    }
}

/// The four identity fields in the form in which the spool stores them.
public enum SpoolIdentity {
    /// Lays out an agent's identity; do it once for each agent of a snapshot.
    ///
    /// Four length bytes, then agent, team, project and environment. Each is at most 63 bytes
    /// long by the grammar of ids; what is longer is cut.
    public static func prepare(_ agent: Agent) -> [UInt8] {
        let fields = [agent.agentID, agent.teamID, agent.projectID, agent.environment]
            .map { $0.utf8.prefix(Identifier.lengthMax) }
        return fields.map { UInt8($0.count) } + fields.flatMap { Array($0) }
    }
}
