// Limits are the bounds of everything hostile; a bound that is none must not be published.

import ClawgressModel
import Testing

@Suite("Limits")
struct LimitsTests {
    @Test("the product's defaults are without problems")
    func defaults() {
        #expect(Limits().problems().isEmpty)
    }

    @Test("a head that does not fit into a worker's scratch memory is refused by name")
    func headTooLarge() {
        var limits = Limits()
        limits.headBytes = 1 << 20
        #expect(limits.problems() == ["`head_bytes` is 1048576; it must be 1024 to 131072"])
    }

    @Test("every value out of range is named, not only the first")
    func allNamed() {
        var limits = Limits()
        limits.connections = 0
        limits.idleMilliseconds = -1
        limits.failureBudget = 0
        let problems = limits.problems()
        #expect(problems.count == 3)
        #expect(problems.contains { $0.hasPrefix("`connections` is 0") })
        #expect(problems.contains { $0.hasPrefix("`idle_ms` is -1") })
        #expect(problems.contains { $0.hasPrefix("`failure_budget` is 0") })
    }

    @Test("zero means no bound where the documentation says so")
    func zeroMeansUnbounded() {
        var limits = Limits()
        limits.totalMilliseconds = 0
        limits.tunnelMilliseconds = 0
        #expect(limits.problems().isEmpty)
    }
}
