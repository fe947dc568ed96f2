// Why a request ended as it did: one stable word per cause. Operators search for these words,
// so they never change their meaning; a new cause gets a new word and a new number.

/// The reason code of a decision.
///
/// The raw value is the number in spool records and never changes; ``name`` is the stable
/// snake_case word in events, headers and metrics.
public enum Reason: UInt8, Error, Sendable, CaseIterable {
    // Policy.
    case policyAllowed = 0
    case policyDenied = 1
    case defaultDeny = 2
    case noPolicy = 3

    // Identity.
    case credentialsMissing = 10
    case credentialsMalformed = 11
    case credentialsUnsupportedScheme = 12
    case keyUnknown = 13
    case keyWrongSecret = 14
    case keyRevoked = 15
    case keyExpired = 16
    case keyOfOtherAgent = 17
    case agentUnknown = 18
    case agentDisabled = 19
    case tokenMalformed = 20
    case tokenAlgorithmRefused = 21
    case tokenIssuerUnknown = 22
    case tokenKeyUnknown = 23
    case tokenSignatureInvalid = 24
    case tokenExpired = 25
    case tokenNotYetValid = 26
    case tokenIssuedInFuture = 27
    case tokenLifeTooLong = 28
    case tokenAudienceMismatch = 29
    case tokenClaimMissing = 30
    case tokenClaimMismatch = 31
    case failureBudgetExhausted = 32
    case verificationOverloaded = 33
    case verificationTimedOut = 34

    // Quota.
    case quotaRPSExceeded = 40
    case quotaRPMExceeded = 41

    // The head.
    case requestLineMalformed = 50
    case methodInvalid = 51
    case methodRefused = 52
    case versionUnsupported = 53
    case targetFormUnsupported = 54
    case schemeUnsupported = 55
    case targetMalformed = 56
    case targetUserinfo = 57
    case hostMalformed = 58
    case hostInternationalised = 59
    case addressMalformed = 60
    case portMalformed = 61
    case pathMalformed = 62
    case hostFieldMissing = 63
    case hostFieldMismatch = 64
    case fieldLineMalformed = 65
    case fieldFolded = 66
    case lineEndingMalformed = 67
    case contentLengthMalformed = 68
    case transferCodingRefused = 69
    case framingAmbiguous = 70
    case connectionFieldRefused = 71
    case expectationUnsupported = 72
    case upgradeRefused = 73
    case chunkMalformed = 74
    case trailerMalformed = 75
    case headIncomplete = 76
    case methodOverrideRefused = 77
    case loopDetected = 78
    case maxForwardsExhausted = 79

    // Limits.
    case headTooLarge = 90
    case tooManyFields = 91
    case headTimedOut = 92
    case tooManyTunnels = 93
    case sourceOverBudget = 94
    case exchangeTimedOut = 95
    case idleTimedOut = 96
    case tunnelPortRefused = 97

    // Addresses.
    case addressUnspecified = 110
    case addressLoopback = 111
    case addressLinkLocal = 112
    case addressMetadata = 113
    case addressPrivate = 114
    case addressShared = 115
    case addressMulticast = 116
    case addressBroadcast = 117
    case addressReserved = 118
    case addressDocumentation = 119
    case addressBenchmarking = 120
    case addressUniqueLocal = 121
    case addressSiteLocal = 122
    case addressDiscard = 123
    case addressEmbedded = 124
    case addressDeniedByPolicy = 125
    case addressProtected = 126

    // The way upstream.
    case nameNotFound = 140
    case nameResolutionFailed = 141
    case nameResolutionTimedOut = 142
    case connectRefused = 143
    case connectTimedOut = 144
    case connectUnreachable = 145
    case upstreamClosed = 146
    case upstreamMalformed = 147
    case upstreamTimedOut = 148
    case clientClosed = 149

    // More of the way upstream; its block is full.
    case webSocketAcceptMismatch = 180

    // Ourselves.
    case auditUnavailable = 160
    case draining = 161
    case overloaded = 162

    // What a tunnel begins with.
    case tunnelNotTLS = 170
    case tlsHelloMalformed = 171
    case sniMissing = 172
    case sniMismatch = 173
    case echRefused = 174
    case tlsHelloTooLarge = 175
    case tlsHelloTimedOut = 176
    case sniUnexpected = 178
    case sniChanged = 179

    // What was allowed, and is no longer.
    case noLongerAllowed = 177
}
