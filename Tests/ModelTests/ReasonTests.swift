// Reason codes are a contract with operators: words, numbers, statuses.

import ClawgressModel
import Testing

@Suite("Reasons")
struct ReasonTests {
    @Test("has one snake_case word for each reason, and finds the reason by it")
    func words() {
        var seen: Set<String> = []
        for reason in Reason.allCases {
            let word = reason.name.description
            #expect(seen.insert(word).inserted, "\(word) twice")
            #expect(word.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) })
            #expect(Reason(name: word) == reason)
        }
        #expect(Reason(name: "no_such_reason") == nil)
        #expect(Reason(name: "") == nil)
    }

    @Test(
        "keeps the numbers that stand in spool records",
        arguments: [
            (Reason.policyAllowed, 0), (.noPolicy, 3), (.credentialsMissing, 10),
            (.verificationTimedOut, 34), (.quotaRPSExceeded, 40), (.requestLineMalformed, 50),
            (.headIncomplete, 76), (.methodOverrideRefused, 77), (.loopDetected, 78),
            (.maxForwardsExhausted, 79), (.headTooLarge, 90), (.tunnelPortRefused, 97),
            (.addressUnspecified, 110),
            (.addressProtected, 126), (.nameNotFound, 140), (.clientClosed, 149),
            (.auditUnavailable, 160), (.overloaded, 162), (.tunnelNotTLS, 170),
            (.tlsHelloTimedOut, 176), (.sniUnexpected, 178),
        ] as [(Reason, UInt8)]
    )
    func numbers(_ reason: Reason, _ number: UInt8) {
        #expect(reason.rawValue == number)
    }

    @Test(
        "answers with the status of RFC 9110",
        arguments: [
            (Reason.policyAllowed, 200), (.policyDenied, 403), (.defaultDeny, 403),
            (.credentialsMissing, 407), (.tokenExpired, 407), (.agentDisabled, 403),
            (.quotaRPSExceeded, 429), (.quotaRPMExceeded, 429), (.tooManyTunnels, 429),
            (.hostMalformed, 400), (.chunkMalformed, 400), (.methodRefused, 501),
            (.versionUnsupported, 505), (.expectationUnsupported, 417), (.headTooLarge, 431),
            (.methodOverrideRefused, 403), (.loopDetected, 508), (.maxForwardsExhausted, 501),
            (.headTimedOut, 408), (.tunnelPortRefused, 403), (.addressMetadata, 403),
            (.addressDeniedByPolicy, 403),
            (.nameNotFound, 502), (.connectTimedOut, 504), (.noPolicy, 503), (.draining, 503),
        ]
    )
    func statuses(_ reason: Reason, _ status: Int) {
        #expect(reason.status == status)
    }

    @Test("gives every denial that no policy made a reserved policy id")
    func reservedIDs() {
        let expected: [(Reason, String?)] = [
            (.policyAllowed, nil), (.policyDenied, nil), (.defaultDeny, "default-deny"),
            (.noPolicy, "no-policy"), (.keyUnknown, "identity-required"),
            (.verificationTimedOut, "identity-required"), (.quotaRPMExceeded, "quota"),
            (.portMalformed, "malformed-request"), (.headTooLarge, "limits"),
            (.addressLoopback, "blocked-address"), (.addressProtected, "blocked-address"),
            (.tunnelNotTLS, "malformed-request"), (.tlsHelloMalformed, "malformed-request"),
            (.sniMissing, "blocked-address"), (.sniMismatch, "blocked-address"),
            (.sniUnexpected, "blocked-address"), (.echRefused, "blocked-address"),
            (.tlsHelloTooLarge, "limits"), (.tlsHelloTimedOut, "limits"),
            (.tunnelPortRefused, "limits"),
        ]
        for (reason, id) in expected {
            #expect(reason.reservedPolicyID?.description == id, "\(reason.name)")
        }
        for reason in Reason.allCases {
            let hasNone = reason.reservedPolicyID == nil
            #expect(hasNone == (reason == .policyAllowed || reason == .policyDenied))
        }
    }

    @Test("separates malformed requests from refused addresses")
    func groups() {
        for reason in Reason.allCases {
            let groups = [reason.isMalformedRequest, reason.isAddress, reason.isTunnelContent]
            #expect(groups.count { $0 } <= 1, "\(reason.name)")
        }
        #expect(Reason.allCases.filter(\.isTunnelContent).count == 9)
        #expect(Reason.allCases.filter(\.isAddress).count == 17)
        #expect(Reason.requestLineMalformed.isMalformedRequest)
        #expect(Reason.headIncomplete.isMalformedRequest)
        #expect(Reason.maxForwardsExhausted.isMalformedRequest)
        #expect(!Reason.quotaRPMExceeded.isMalformedRequest)
        #expect(!Reason.headTooLarge.isMalformedRequest)
    }
}
