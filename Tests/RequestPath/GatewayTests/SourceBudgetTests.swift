// A source loses its right to ask after 100 refusals in ten seconds, for ten seconds, and
// nobody else does.

import ClawgressBytes
import ClawgressGateway
import ClawgressModel
import Testing

@Suite("Source budget")
struct SourceBudgetTests {
    private static let second: UInt64 = 1_000_000_000
    private let start: UInt64 = 1_000 * second
    private let hash = KeyedHash(first: 0x0123_4567_89AB_CDEF, second: 0xFEDC_BA98_7654_3211)

    private func address(_ text: String) throws -> IPAddress {
        try #require(IPAddress(text))
    }

    /// Notes refusals until the budget says no, at most `bound` times.
    private func refusalsUntilBlocked(
        _ budget: inout SourceBudget,
        _ source: UInt64,
        now: UInt64,
        bound: Int = 1_000
    ) -> Int {
        for count in 1...bound where budget.note(source, now: now) { return count }
        return bound + 1
    }

    @Test("lets 100 refusals pass and blocks at the next one")
    func blocks() throws {
        var budget = SourceBudget(hash: hash)
        let source = budget.key(try address("192.0.2.1"))
        #expect(refusalsUntilBlocked(&budget, source, now: start) == 101)
        let isBlocked = budget.isBlocked(source, now: start)
        #expect(isBlocked)
    }

    @Test("a source that stays within its budget is never blocked")
    func within() throws {
        var budget = SourceBudget(hash: hash)
        let source = budget.key(try address("192.0.2.1"))
        for round in 0..<20 {
            let now = start + UInt64(round) * (SourceBudget.windowNanoseconds + 1)
            for _ in 0..<100 {
                let isOver = budget.note(source, now: now)
                #expect(!isOver)
            }
            let isBlocked = budget.isBlocked(source, now: now)
            #expect(!isBlocked)
        }
    }

    @Test("refusals of a window that is over do not count")
    func windowEnds() throws {
        var budget = SourceBudget(hash: hash)
        let source = budget.key(try address("192.0.2.1"))
        for _ in 0..<100 { _ = budget.note(source, now: start) }
        let later = start + SourceBudget.windowNanoseconds + 1
        #expect(refusalsUntilBlocked(&budget, source, now: later) == 101)
    }

    @Test("a block ends after ten seconds, and not before")
    func blockEnds() throws {
        var budget = SourceBudget(hash: hash)
        let source = budget.key(try address("192.0.2.1"))
        let blocked = start + 3 * Self.second
        _ = refusalsUntilBlocked(&budget, source, now: blocked)
        let before = budget.isBlocked(source, now: blocked + 10 * Self.second - 1)
        let after = budget.isBlocked(source, now: blocked + 10 * Self.second)
        #expect(before)
        #expect(!after)
    }

    @Test("a neighbour of a blocked source is not blocked")
    func neighbours() throws {
        var budget = SourceBudget(hash: hash)
        let bad = budget.key(try address("192.0.2.1"))
        _ = refusalsUntilBlocked(&budget, bad, now: start)
        for last in 2...254 {
            let neighbour = budget.key(try address("192.0.2.\(last)"))
            let isBlocked = budget.isBlocked(neighbour, now: start)
            #expect(!isBlocked)
        }
    }

    @Test("takes all addresses of one IPv6 /64 for one source, and other networks for others")
    func networks() throws {
        let budget = SourceBudget(hash: hash)
        let first = budget.key(try address("2001:db8:1:2::1"))
        let second = budget.key(try address("2001:db8:1:2:ffff:ffff:ffff:ffff"))
        let other = budget.key(try address("2001:db8:1:3::1"))
        #expect(first == second)
        #expect(first != other)
        let fourth = budget.key(try address("192.0.2.1"))
        let fifth = budget.key(try address("192.0.2.2"))
        #expect(fourth != fifth)
    }

    @Test("of two sources in one place, the first keeps it until its window is over")
    func sharedPlace() {
        var budget = SourceBudget(hash: hash)
        // The bits from the eighth on choose the place; the others tell sources apart.
        let first: UInt64 = 0x1_0000_0001
        let second: UInt64 = 0x2_0000_0001
        _ = budget.note(first, now: start)
        #expect(refusalsUntilBlocked(&budget, second, now: start + 1, bound: 300) == 301)
        let isHit = budget.isBlocked(second, now: start + 1)
        #expect(!isHit)
        let later = start + SourceBudget.windowNanoseconds + 1
        #expect(refusalsUntilBlocked(&budget, second, now: later) == 101)
        let isBlocked = budget.isBlocked(second, now: later)
        #expect(isBlocked)
        let isNeighbourBlocked = budget.isBlocked(first, now: later)
        #expect(!isNeighbourBlocked)
    }

    @Test("a blocked source keeps its place until its block is over, whoever else wants it")
    func keepsPlaceWhileBlocked() {
        var budget = SourceBudget(hash: hash)
        let first: UInt64 = 0x1_0000_0001
        let second: UInt64 = 0x2_0000_0001
        _ = budget.note(first, now: start)
        let blocked = start + 9 * Self.second
        #expect(refusalsUntilBlocked(&budget, first, now: blocked) == 100)
        // The window of the first is over, its block is not.
        let between = start + 11 * Self.second
        _ = budget.note(second, now: between)
        let isStillBlocked = budget.isBlocked(first, now: between)
        #expect(isStillBlocked)
        // A place that is free again is taken.
        let after = blocked + 10 * Self.second + 1
        #expect(refusalsUntilBlocked(&budget, second, now: after) == 101)
    }
}
