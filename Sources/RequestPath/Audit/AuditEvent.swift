// A whole event, as everything off the hot path wants it: owned values, one for each field of
// specification section 9.4 and the fields that this product adds.

public import ClawgressModel

/// One exchange's record.
public struct AuditEvent: Sendable, Equatable {
    /// The version of the event's form; grows when a field changes its meaning.
    public static var formatVersion: Int { 1 }

    /// The request's id.
    public var requestID: RequestID
    /// Wall clock, microseconds since 1970 UTC, when the head was complete.
    public var timestamp: Int64
    /// The proven agent; nil, with the three that follow, if none was proven.
    public var agentID: String?
    /// The agent's team.
    public var teamID: String?
    /// The agent's project.
    public var projectID: String?
    /// The agent's environment.
    public var environment: String?
    /// The agent id that the client claimed.
    public var claimedAgentID: String?
    /// How identity was proved.
    public var authentication: AuthenticationType
    /// The key id, or issuer, key id and `jti`.
    public var credentialID: String?
    /// The destination's name or address.
    public var destinationHost: String?
    /// The destination's port.
    public var destinationPort: UInt16?
    /// The address that was dialled, or whose check failed.
    public var destinationAddress: IPAddress?
    /// The server name in a tunnel's ClientHello; the destination's host if it is that one but
    /// for the case of its letters.
    public var serverName: String?
    /// The destination's scheme.
    public var scheme: DestinationScheme
    /// How the request was carried.
    public var requestProtocol: RequestProtocol
    /// The method, as sent.
    public var method: String?
    /// The canonical path, with the query behind it where that is configured.
    public var path: String?
    /// The final decision.
    public var decision: Decision
    /// The final reason.
    public var reason: Reason
    /// The policy that matched, whatever became of the request later.
    public var matchedPolicyID: String?
    /// That policy's version.
    public var policyVersion: Int?
    /// What an observed policy set would have decided, if that differs.
    public var wouldDecision: Decision?
    /// The policy that it would have applied.
    public var wouldPolicyID: String?
    /// What the quota said.
    public var quota: QuotaApplied
    /// How the exchange ended: status, bytes, times.
    public var end: SpoolOutcome
    /// Where the client connected from.
    public var clientAddress: IPAddress
    /// The client's port.
    public var clientPort: UInt16
    /// The gateway that wrote the event.
    public var gatewayID: String
    /// That gateway's start.
    public var bootID: BootID
    /// The worker that wrote it.
    public var worker: UInt8
    /// The worker's number for it: from 1, without holes.
    public var sequence: UInt64
    /// The snapshot's serial.
    public var bundleSerial: Int64
    /// The snapshot's content hash.
    public var bundleRevision: String?
    /// The id of the CONNECT in whose tunnel the request came; nil outside of tunnels.
    public var tunnelRequestID: RequestID?
    /// Whether segments of the path were replaced by a mark before it was recorded.
    public var isRedacted: Bool
    /// The names of fields that were cut, sorted.
    public var truncated: [String]

    /// The deciding policy, or the reserved id of a refusal that no policy made.
    ///
    /// Never empty.
    public var policyID: String {
        let reserved = decision == .allow ? nil : reason.reservedPolicyID
        return reserved?.description ?? matchedPolicyID ?? "default-deny"
    }

    /// The policy that had allowed a request that was refused later.
    ///
    /// By a quota, for an address, or for the first bytes of its tunnel.
    public var allowedBy: String? {
        guard decision != .allow, matchedPolicyID != policyID else { return nil }
        return matchedPolicyID
    }
}

/// Events of one worker that could not be recorded.
public struct AuditGap: Sendable, Equatable {
    /// Lost events of requests that were allowed.
    public var allow: UInt64
    /// Lost events of requests that were denied.
    public var deny: UInt64
    /// Lost events of requests that a quota refused.
    public var rateLimit: UInt64
    /// Wall clock of the first and last loss in the segment, microseconds since 1970 UTC.
    public var first: Int64
    /// See `first`.
    public var last: Int64
    /// Why the first of the segment was lost; nil if it was not noted.
    public var reason: SpoolShortage?
    /// The gateway that lost them.
    public var gatewayID: String
    /// That gateway's start.
    public var bootID: BootID
    /// The worker that lost them.
    public var worker: UInt8
    /// The number of the segment whose header counted them.
    public var segment: UInt64

    /// Describes a gap.
    public init(
        allow: UInt64,
        deny: UInt64,
        rateLimit: UInt64,
        first: Int64,
        last: Int64,
        reason: SpoolShortage?,
        gatewayID: String,
        bootID: BootID,
        worker: UInt8,
        segment: UInt64
    ) {
        self.allow = allow
        self.deny = deny
        self.rateLimit = rateLimit
        self.first = first
        self.last = last
        self.reason = reason
        self.gatewayID = gatewayID
        self.bootID = bootID
        self.worker = worker
        self.segment = segment
    }

    /// All lost events.
    public var total: UInt64 {
        [deny, rateLimit].reduce(allow) { sum, count in
            let (next, overflow) = sum.addingReportingOverflow(count)
            return overflow ? .max : next
        }
    }
}

/// What a spool holds.
public enum AuditRecord: Sendable, Equatable {
    /// One exchange.
    case event(AuditEvent)
    /// Exchanges without a record.
    case gap(AuditGap)
    /// One administrative action.
    case admin(AdminRecord)
    /// A sign of life.
    case heartbeat(HeartbeatRecord)

    /// Wall clock, microseconds since 1970 UTC, by which records are put in order.
    public var timestamp: Int64 {
        switch self {
        case .event(let event): event.timestamp
        case .gap(let gap): gap.last
        case .admin(let record): record.event.timestamp
        case .heartbeat(let record): record.heartbeat.timestamp
        }
    }
}
