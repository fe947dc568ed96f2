// Runs every case file, and checks that the folder says something about every reason.

import ClawgressModel
import ClawgressPolicy
import Testing

@Suite("Decision cases")
struct DecisionCaseTests {
    @Test("the folder of cases was found and is not empty")
    func folderIsThere() {
        #expect(DecisionCase.all.count >= 200)
    }

    @Test("decides as the file says", arguments: DecisionCase.all)
    func decides(_ item: DecisionCase) throws {
        let (set, request) = try item.setup()
        let index = try set.compile()
        let agent = set.ordinal(of: request.agent)
        let expected = try item.expectation()
        let found = request.withQuery(agent) { query in
            let verdict = index.decide(query)
            let resolved = verdict.isAllowed ? request.resolved : nil
            let address = resolved.map {
                index.addressVerdict(allowedBy: verdict.policy, query, resolved: $0)?
                    .name.description ?? "allowed"
            }
            return DecisionCase.Expectation(
                decision: verdict.isAllowed ? "allow" : "deny",
                reason: verdict.reason.name.description,
                policyID: index.name(verdict.policy),
                would: verdict.would.differs
                    ? "\(verdict.would.isAllowed ? "allow" : "deny") by "
                        + index.name(verdict.would.policy)
                    : nil,
                address: address
            )
        }
        #expect(found == expected)
    }

    @Test("explains as it decides", arguments: DecisionCase.all)
    func explains(_ item: DecisionCase) throws {
        let (set, request) = try item.setup()
        let index = try set.compile()
        request.withQuery(set.ordinal(of: request.agent)) { query in
            let trace = index.explain(query)
            #expect(trace.verdict == index.decide(query))
            #expect(trace.entries.count == set.policies.count)
            let deciding = trace.entries.filter(\.decides).map(\.policyID)
            let policy = trace.verdict.policy
            #expect(deciding == (policy < 0 ? [] : [index.name(policy)]))
        }
    }

    /// Every reason that policy can give; `addressProtected` belongs to the gateway.
    private static var reasonsInScope: [Reason] {
        [.policyAllowed, .policyDenied, .defaultDeny]
            + Reason.allCases.filter { $0.isAddress && $0 != .addressProtected }
    }

    @Test("every reason code has a case", arguments: reasonsInScope)
    func everyReasonHasACase(_ reason: Reason) throws {
        let word = reason.name.description
        let mentions = try DecisionCase.all.filter { item in
            let expected = try item.expectation()
            return expected.reason == word || expected.address == word
        }
        #expect(!mentions.isEmpty, "no case expects `\(word)`")
    }
}
