// The index against the rules themselves, on random sets of several sizes.

import ClawgressModel
import ClawgressPolicy
import TestKit
import Testing

@Suite("Index against naive evaluation")
struct IndexAgainstNaiveTests {
    /// Sets of one size, and how many.
    struct Plan: Sendable, CustomTestStringConvertible {
        let policies: Int
        let sets: Int
        let seed: UInt64
        var testDescription: String { "\(sets) sets of \(policies) policies" }
    }

    private static let plans = [
        Plan(policies: 0, sets: 1, seed: 1), Plan(policies: 1, sets: 300, seed: 2),
        Plan(policies: 4, sets: 200, seed: 3), Plan(policies: 20, sets: 60, seed: 4),
        Plan(policies: 120, sets: 12, seed: 5), Plan(policies: 600, sets: 2, seed: 6),
    ]

    @Test("agrees on verdict, policy, observation and addresses", arguments: plans)
    func agrees(_ plan: Plan) throws {
        var generator = RandomSets(random: SplitMix64(seed: plan.seed))
        var allowed = 0
        for _ in 0..<plan.sets {
            let set = generator.set(count: plan.policies)
            let index = try set.compile()
            let naive = NaiveEvaluator(set)
            for _ in 0..<100 {
                allowed += try compare(index, naive, set, generator.request()) ? 1 : 0
            }
        }
        // A generator that made only denials would prove little.
        #expect(plan.policies < 4 || allowed > plan.sets * 10)
    }

    private func compare(
        _ index: PolicyIndex,
        _ naive: NaiveEvaluator,
        _ set: PolicySet,
        _ request: TestRequest
    ) throws -> Bool {
        let ordinal = set.ordinal(of: request.agent)
        let agent = set.agents[Int(ordinal)]
        let expected = try naive.decide(request, agent, enforcingObserved: false)
        let wouldBe = try naive.decide(request, agent, enforcingObserved: true)
        let verdict = request.withQuery(ordinal) { index.decide($0) }
        let found = NaiveEvaluator.Outcome(
            isAllowed: verdict.isAllowed,
            policyID: verdict.policy < 0 ? nil : index.name(verdict.policy)
        )
        let would = NaiveEvaluator.Outcome(
            isAllowed: verdict.would.isAllowed,
            policyID: verdict.would.policy < 0 ? nil : index.name(verdict.would.policy)
        )
        // One disagreement says enough: a wrong index would fail thousands of times.
        try #require(found == expected, "\(request) in \(set)")
        try #require(would == wouldBe, "\(request) in \(set)")
        #expect(verdict.would.differs == (expected != wouldBe))
        #expect(request.withQuery(ordinal) { index.explain($0).verdict == index.decide($0) })
        guard expected.isAllowed, request.kind == .name, let id = expected.policyID else {
            return expected.isAllowed
        }
        for text in ["8.8.8.8", "10.0.0.1"] {
            let address = try #require(IPAddress(text))
            let isDenied = try naive.deniesAddress(address, before: id, request, agent)
            let reason = request.withQuery(ordinal) {
                index.addressVerdict(allowedBy: verdict.policy, $0, resolved: address)
            }
            let otherwise: Reason? = text == "10.0.0.1" ? .addressPrivate : nil
            try #require(reason == (isDenied ? .addressDeniedByPolicy : otherwise))
        }
        return true
    }
}
