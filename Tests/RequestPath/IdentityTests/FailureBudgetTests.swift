// The failure budget: when it is used up, when it comes back, and whom it never touches.

import ClawgressBytes
import ClawgressIdentity
import ClawgressModel
import Testing

@Suite("Failure budget")
struct FailureBudgetTests {
    private let second: UInt64 = 1_000_000_000

    @Test("is used up by twenty failures within ten seconds")
    func exhausts() {
        var budget = FailureBudget(hash: Registry.hash)
        for failure in 0..<20 {
            let now = UInt64(failure) * second / 4
            #expect(budget.isExhausted(source: 1, claimed: 2, now: now) == false)
            budget.noteFailure(source: 1, claimed: 2, now: now)
        }
        #expect(budget.isExhausted(source: 1, claimed: 2, now: 5 * second) == true)
        #expect(budget.isExhausted(source: 1, claimed: 2, now: 10 * second - 1) == true)
        #expect(budget.isExhausted(source: 1, claimed: 2, now: 10 * second) == false)
    }

    @Test("begins a new window after the old one, with one failure in it")
    func beginsNewWindow() {
        var budget = FailureBudget(failuresMax: 2, hash: Registry.hash)
        budget.noteFailure(source: 1, claimed: 2, now: 0)
        budget.noteFailure(source: 1, claimed: 2, now: 0)
        budget.noteFailure(source: 1, claimed: 2, now: 11 * second)
        #expect(budget.isExhausted(source: 1, claimed: 2, now: 11 * second) == false)
        budget.noteFailure(source: 1, claimed: 2, now: 12 * second)
        #expect(budget.isExhausted(source: 1, claimed: 2, now: 12 * second) == true)
    }

    @Test("is counted for each source and each claimed agent apart")
    func separatesPairs() {
        var budget = FailureBudget(failuresMax: 1, hash: Registry.hash)
        budget.noteFailure(source: 1, claimed: 2, now: 0)
        budget.noteFailure(source: 5, claimed: 0, now: 0)
        #expect(budget.isExhausted(source: 1, claimed: 2, now: 0) == true)
        #expect(budget.isExhausted(source: 5, claimed: 0, now: 0) == true)
        for (source, claimed) in [(1, 3), (2, 2), (2, 1), (0, 0), (6, 0), (5, 1), (0, 5)] {
            #expect(
                budget.isExhausted(source: UInt64(source), claimed: UInt64(claimed), now: 0)
                    == false
            )
        }
    }

    @Test("does not forget an exhausted pair in a flood of invented agents")
    func survivesFlood() {
        var budget = FailureBudget(capacity: 64, failuresMax: 3, hash: Registry.hash)
        for _ in 0..<3 { budget.noteFailure(source: 1, claimed: 2, now: 0) }
        for claimed in 10..<100_000 {
            budget.noteFailure(source: 1, claimed: UInt64(claimed), now: 1)
        }
        #expect(budget.isExhausted(source: 1, claimed: 2, now: 1) == true)
    }

    @Test("takes back slots whose window is over")
    func reusesOldSlots() {
        var budget = FailureBudget(capacity: 8, failuresMax: 1, hash: Registry.hash)
        for source in 0..<8 { budget.noteFailure(source: UInt64(source), claimed: 0, now: 0) }
        for source in 0..<8 {
            #expect(budget.isExhausted(source: UInt64(source), claimed: 0, now: 1) == true)
        }
        let later = 20 * second
        for source in 20..<28 {
            budget.noteFailure(source: UInt64(source), claimed: 0, now: later)
        }
        for source in 20..<28 {
            #expect(budget.isExhausted(source: UInt64(source), claimed: 0, now: later) == true)
        }
    }

    @Test("counts what is guessed or verified in vain, and nothing else")
    func countsFailures() {
        let uncounted = Reason.allCases.filter {
            (10..<40).contains($0.rawValue) && !FailureBudget.counts($0)
        }
        #expect(
            uncounted == [
                .credentialsMissing, .credentialsMalformed, .credentialsUnsupportedScheme,
                .keyRevoked, .keyExpired, .agentDisabled, .failureBudgetExhausted,
                .verificationOverloaded, .verificationTimedOut,
            ]
        )
        #expect(!FailureBudget.counts(.policyDenied))
    }
}
