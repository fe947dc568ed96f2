// What a client is told: a status and one sentence that helps an honest user without
// coaching a bypass (no names of other policies, no hint which secret part was wrong).

extension Reason {
    /// The HTTP status of an answer with this reason (RFC 9110 section 15).
    public var status: Int {
        switch self {
        case .policyAllowed: 200
        case .credentialsMissing, .credentialsMalformed, .credentialsUnsupportedScheme,
            .keyUnknown, .keyWrongSecret, .keyRevoked, .keyExpired, .keyOfOtherAgent,
            .agentUnknown, .tokenMalformed, .tokenAlgorithmRefused, .tokenIssuerUnknown,
            .tokenKeyUnknown, .tokenSignatureInvalid, .tokenExpired, .tokenNotYetValid,
            .tokenIssuedInFuture, .tokenLifeTooLong, .tokenAudienceMismatch,
            .tokenClaimMissing, .tokenClaimMismatch:
            407
        case .quotaRPSExceeded, .quotaRPMExceeded, .failureBudgetExhausted, .tooManyTunnels,
            .sourceOverBudget:
            429
        case .headTooLarge, .tooManyFields: 431
        case .clientClosed: 400
        case .headTimedOut: 408
        case .expectationUnsupported: 417
        case .methodRefused, .transferCodingRefused, .maxForwardsExhausted: 501
        case .methodOverrideRefused: 403
        case .loopDetected: 508
        case .versionUnsupported: 505
        case .nameNotFound, .nameResolutionFailed, .connectRefused, .connectUnreachable,
            .upstreamClosed, .upstreamMalformed, .webSocketAcceptMismatch:
            502
        case .nameResolutionTimedOut, .connectTimedOut, .upstreamTimedOut, .exchangeTimedOut,
            .idleTimedOut:
            504
        case .noPolicy, .verificationOverloaded, .verificationTimedOut, .auditUnavailable,
            .draining, .overloaded:
            503
        default: isMalformedRequest ? 400 : 403
        }
    }

    /// Whether the request itself was at fault, so that nothing about it can be trusted.
    public var isMalformedRequest: Bool {
        (Reason.requestLineMalformed.rawValue...Reason.maxForwardsExhausted.rawValue)
            .contains(rawValue)
    }

    /// Whether the reason is a refused address.
    public var isAddress: Bool {
        (Reason.addressUnspecified.rawValue...Reason.addressProtected.rawValue).contains(rawValue)
    }

    /// Whether the reason is about what a tunnel begins with, so that the 200 was sent before it.
    public var isTunnelContent: Bool {
        switch self {
        case .tunnelNotTLS, .tlsHelloMalformed, .sniMissing, .sniMismatch, .sniUnexpected,
            .sniChanged, .echRefused, .tlsHelloTooLarge, .tlsHelloTimedOut:
            true
        default: false
        }
    }

    /// The reserved `policy_id` of a refusal that no policy made; nil where a policy decided.
    public var reservedPolicyID: StaticString? {
        switch self {
        case .policyAllowed, .policyDenied: nil
        case .defaultDeny: "default-deny"
        case .noPolicy: "no-policy"
        case .quotaRPSExceeded, .quotaRPMExceeded: "quota"
        case _ where isMalformedRequest: "malformed-request"
        case .tunnelNotTLS, .tlsHelloMalformed: "malformed-request"
        // The tunnel would have led elsewhere than policy was asked about, as an address can.
        case .sniMissing, .sniMismatch, .sniUnexpected, .sniChanged, .echRefused:
            "blocked-address"
        case _ where isAddress: "blocked-address"
        case _ where rawValue < Reason.quotaRPSExceeded.rawValue: "identity-required"
        default: "limits"
        }
    }
}
