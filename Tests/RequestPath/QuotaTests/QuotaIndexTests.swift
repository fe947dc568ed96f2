// What surrounds the windows: modes, both limits together, defaults, snapshots.

import ClawgressModel
import ClawgressQuota
import Testing

@Suite("quota index")
struct QuotaIndexTests {
    private let start = 700 * minuteNanoseconds

    @Test("applies no quota where there is none")
    func unlimited() {
        let quota = QuotaIndex([], nil, [agent("crawler")], QuotaRegistry(), now: 0)
        for _ in 0..<1_000 { #expect(quota.admit(agent: 0, now: start) == .unlimited) }
        let empty = index(nil, nil)
        #expect(empty.admit(agent: 0, now: start).applied == QuotaApplied.none)
    }

    @Test("gives the default to agents without their own, each with its own counts")
    func defaults() {
        let own = Quota(agentID: "own", rpsLimit: 1, rpmLimit: nil)
        let standard = Quota(agentID: nil, rpsLimit: 2, rpmLimit: nil)
        let quota = QuotaIndex(
            [own],
            standard,
            [agent("first"), agent("own"), agent("second")],
            QuotaRegistry(),
            now: start
        )
        let admitted = (0..<3).map { ordinal in
            (0..<5).count { _ in quota.admit(agent: Int32(ordinal), now: start).isAdmitted }
        }
        #expect(admitted == [2, 1, 2])
    }

    @Test("consumes neither limit unless both admit")
    func bothLimits() {
        let quota = index(3, 4)
        for _ in 0..<3 { #expect(quota.admit(agent: 0, now: start).applied == .within) }
        // Refused by the second's limit many times: the minute's must not notice.
        for _ in 0..<50 { #expect(quota.admit(agent: 0, now: start).applied == .stopRPS) }
        let later = start + 2 * secondNanoseconds
        #expect(quota.admit(agent: 0, now: later).isAdmitted)
        // Refused by the minute's limit many times: the second's must not notice.
        for _ in 0..<50 { #expect(quota.admit(agent: 0, now: later).applied == .stopRPM) }
        let end = start + 2 * minuteNanoseconds
        for _ in 0..<3 { #expect(quota.admit(agent: 0, now: end).isAdmitted) }
        #expect(quota.admit(agent: 0, now: end).applied == .stopRPS)
    }

    @Test("names the window that refuses longest")
    func bindingWindow() {
        let quota = index(2, 2)
        for _ in 0..<2 { #expect(quota.admit(agent: 0, now: start).isAdmitted) }
        let verdict = quota.admit(agent: 0, now: start)
        #expect(verdict.applied == .stopRPM)
        #expect(verdict.limit == 2)
        #expect(verdict.retryAfterNanoseconds > 59 * secondNanoseconds)
        #expect(verdict.resetNanoseconds == verdict.retryAfterNanoseconds)
    }

    @Test("tells the room that is left in the tighter window")
    func remaining() {
        let quota = index(10, 4)
        #expect(quota.admit(agent: 0, now: start).remaining == 3)
        let verdict = quota.admit(agent: 0, now: start)
        #expect(verdict.remaining == 2)
        #expect(verdict.limit == 4)
        #expect(verdict.resetNanoseconds == minuteNanoseconds)
    }

    @Test("refuses everything under a limit of zero, and says to wait a whole window")
    func zeroLimit() {
        let quota = index(0, nil)
        for step in 0..<100 {
            let verdict = quota.admit(agent: 0, now: start + UInt64(step) * secondNanoseconds)
            #expect(!verdict.isAdmitted)
            #expect(verdict.retryAfterNanoseconds == secondNanoseconds)
        }
        #expect(!index(nil, -5).admit(agent: 0, now: start).isAdmitted)
    }

    @Test("flags but admits what is over the limit in alert mode")
    func alertMode() {
        let quota = index(2, 5, mode: .alertOnly)
        let applied = (0..<8).map { _ in quota.admit(agent: 0, now: start).applied }
        #expect(applied == [.within, .within] + Array(repeating: .alertRPS, count: 6))
        // The minute holds 8 of 5, the second is new.
        let later = quota.admit(agent: 0, now: start + 3 * secondNanoseconds)
        #expect(later.applied == .alertRPM)
        #expect(later.isAdmitted && later.retryAfterNanoseconds == 0)
        let end = quota.admit(agent: 0, now: start + 2 * minuteNanoseconds)
        #expect(end.applied == .within)
    }

    @Test("keeps counts across a snapshot, also with other agents and another order")
    func survivesSnapshot() {
        let registry = QuotaRegistry()
        let before = index(nil, 10, registry: registry, now: start)
        for _ in 0..<10 { #expect(before.admit(agent: 0, now: start).isAdmitted) }
        let after = QuotaIndex(
            [],
            Quota(agentID: nil, rpsLimit: nil, rpmLimit: 10),
            [agent("other"), agent("crawler")],
            registry,
            now: start + 1
        )
        #expect(!after.admit(agent: 1, now: start + 1).isAdmitted)
        #expect(after.admit(agent: 0, now: start + 1).isAdmitted)
        // Workers may still hold the old snapshot: the counts are the same.
        #expect(!before.admit(agent: 0, now: start + 2).isAdmitted)
    }

    @Test("holds a lowered limit at once, whatever was known under the higher one")
    func loweredLimit() {
        let registry = QuotaRegistry()
        let before = index(100, nil, registry: registry)
        for _ in 0..<20 { #expect(before.admit(agent: 0, now: start).isAdmitted) }
        let lower = index(10, nil, registry: registry)
        #expect(!lower.admit(agent: 0, now: start).isAdmitted)
        let higher = index(21, nil, registry: registry)
        #expect(higher.admit(agent: 0, now: start).isAdmitted)
        #expect(!higher.admit(agent: 0, now: start).isAdmitted)
    }

    @Test("forgets an agent only after it was absent for longer than a window")
    func absence() {
        let registry = QuotaRegistry()
        func compile(_ agents: [String], at now: UInt64) -> QuotaIndex {
            QuotaIndex(
                [],
                Quota(agentID: nil, rpsLimit: nil, rpmLimit: 1),
                agents.map(agent),
                registry,
                now: now
            )
        }
        /// Asks a snapshot that is gone afterwards.
        func isAdmitted(at now: UInt64) -> Bool {
            compile(["crawler"], at: now).admit(agent: 0, now: now).isAdmitted
        }
        #expect(isAdmitted(at: start))
        _ = compile([], at: start + 1)
        #expect(!isAdmitted(at: start + secondNanoseconds))
        _ = compile([], at: start + minuteNanoseconds)
        _ = compile([], at: start + 2 * minuteNanoseconds)
        #expect(registry.count == 1)
        _ = compile([], at: start + 4 * minuteNanoseconds)
        #expect(registry.count == 0)
    }

    @Test("forgets no agent of a snapshot in use, whatever is compiled beside it")
    func compiledAndNotUsed() {
        let registry = QuotaRegistry()
        let quota = Quota(agentID: nil, rpsLimit: nil, rpmLimit: 1)
        let inUse = QuotaIndex([], quota, [agent("crawler")], registry, now: start)
        for minutes: UInt64 in [1, 4, 8] {
            _ = QuotaIndex([], quota, [], registry, now: start + minutes * minuteNanoseconds)
        }
        let now = start + 9 * minuteNanoseconds
        #expect(inUse.admit(agent: 0, now: now).isAdmitted)
        let next = QuotaIndex([], quota, [agent("crawler")], registry, now: now)
        #expect(!next.admit(agent: 0, now: now).isAdmitted)
    }
}
