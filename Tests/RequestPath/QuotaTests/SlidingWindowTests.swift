// One caller against the model: every verdict must be the model's, and no window may overflow.

import ClawgressModel
import ClawgressQuota
import TestKit
import Testing

struct Traffic: CustomTestStringConvertible {
    var rpsLimit: Int?
    var rpmLimit: Int?
    /// The greatest pause between two requests.
    var pauseMax: UInt64
    /// How far back a caller's clock may be.
    var lagMax: UInt64 = 0

    var testDescription: String {
        "rps \(rpsLimit ?? -1), rpm \(rpmLimit ?? -1), pause \(pauseMax), lag \(lagMax)"
    }
}

private let traffics = [
    Traffic(rpsLimit: 1, rpmLimit: nil, pauseMax: 400_000_000),
    Traffic(rpsLimit: 10, rpmLimit: nil, pauseMax: 80_000_000),
    Traffic(rpsLimit: 100, rpmLimit: nil, pauseMax: 12_000_000),
    Traffic(rpsLimit: nil, rpmLimit: 7, pauseMax: 9_000_000_000),
    Traffic(rpsLimit: nil, rpmLimit: 100, pauseMax: 900_000_000),
    Traffic(rpsLimit: 5, rpmLimit: 60, pauseMax: 400_000_000),
    Traffic(rpsLimit: 20, rpmLimit: 100, pauseMax: 150_000_000),
    Traffic(rpsLimit: 3, rpmLimit: 1_000, pauseMax: 200_000_000),
    Traffic(rpsLimit: 10, rpmLimit: nil, pauseMax: 80_000_000, lagMax: 500_000_000),
    Traffic(rpsLimit: 50, rpmLimit: 200, pauseMax: 30_000_000, lagMax: 100_000_000),
]

@Suite("sliding windows")
struct SlidingWindowTests {
    @Test("decides as an exact log of instants would", arguments: traffics)
    func matchesModel(_ traffic: Traffic) {
        var random = SplitMix64(seed: 7 &+ traffic.pauseMax)
        let quota = index(traffic.rpsLimit, traffic.rpmLimit)
        var model = QuotaModel(rpsLimit: traffic.rpsLimit, rpmLimit: traffic.rpmLimit)
        var clock: UInt64 = 1_000 * minuteNanoseconds
        var refused = 0
        for step in 0..<1_500 {
            // Now and then a burst, now and then a silence.
            clock += random.next() % 10 == 0 ? 0 : random.next() % traffic.pauseMax
            if random.next() % 500 == 0 { clock += 2 * traffic.pauseMax * 64 }
            let lag = traffic.lagMax == 0 ? 0 : random.next() % traffic.lagMax
            let verdict = quota.admit(agent: 0, now: clock - lag)
            let expected = model.admit(now: clock - lag)
            #expect(verdict.isAdmitted == expected, "request \(step)")
            refused += expected ? 0 : 1
        }
        #expect(refused > 50 && refused < 1_450, "the traffic tests nothing")
        if let limit = traffic.rpsLimit {
            #expect(fullestWindow(model.admitted, window: secondNanoseconds) == limit)
        }
        if let limit = traffic.rpmLimit {
            #expect(fullestWindow(model.admitted, window: minuteNanoseconds) <= limit)
        }
    }

    @Test("admits the limit at once, then one for each that leaves")
    func boundary() {
        let quota = index(3, nil)
        let start = 500 * secondNanoseconds
        for _ in 0..<3 { #expect(quota.admit(agent: 0, now: start).isAdmitted) }
        let last = start + secondNanoseconds + secondNanoseconds / 64 - 1
        #expect(!quota.admit(agent: 0, now: start).isAdmitted)
        #expect(!quota.admit(agent: 0, now: start + secondNanoseconds).isAdmitted)
        #expect(!quota.admit(agent: 0, now: last).isAdmitted)
        for _ in 0..<3 { #expect(quota.admit(agent: 0, now: last + 1).isAdmitted) }
        #expect(!quota.admit(agent: 0, now: last + 1).isAdmitted)
    }

    @Test("never lets a sub-window's early end hold more than the limit in one window")
    func subWindowEdges() {
        let tick = secondNanoseconds / 64
        for offset in [0, 1, tick / 2, tick - 1] {
            let quota = index(2, nil)
            let start = 64 * tick * 100 + offset
            #expect(quota.admit(agent: 0, now: start).isAdmitted)
            #expect(quota.admit(agent: 0, now: start + tick - 1).isAdmitted)
            #expect(!quota.admit(agent: 0, now: start + secondNanoseconds - 1).isAdmitted)
        }
    }

    @Test("says when a request will be admitted, to the nanosecond", arguments: traffics)
    func retryAfter(_ traffic: Traffic) {
        var random = SplitMix64(seed: 99 &+ traffic.pauseMax)
        var clock: UInt64 = 3_000 * minuteNanoseconds
        for round in 0..<30 {
            let registry = QuotaRegistry()
            let quota = index(traffic.rpsLimit, traffic.rpmLimit, registry: registry)
            var verdict = QuotaVerdict.unlimited
            while verdict.isAdmitted {
                clock += random.next() % (traffic.pauseMax / 2)
                verdict = quota.admit(agent: 0, now: clock)
            }
            let wait = verdict.retryAfterNanoseconds
            #expect(wait > 0 && verdict.remaining == 0, "round \(round)")
            #expect(!quota.admit(agent: 0, now: clock + wait - 1).isAdmitted, "round \(round)")
            #expect(quota.admit(agent: 0, now: clock + wait).isAdmitted, "round \(round)")
        }
    }

    @Test("counts a caller whose clock is more than a lap behind, and does not trap")
    func veryLateCaller() {
        let quota = index(5, nil)
        let now = 1_000 * secondNanoseconds
        for _ in 0..<3 { #expect(quota.admit(agent: 0, now: now).isAdmitted) }
        for _ in 0..<2 {
            #expect(quota.admit(agent: 0, now: now - 128 * (secondNanoseconds / 64)).isAdmitted)
        }
        #expect(!quota.admit(agent: 0, now: now).isAdmitted)
    }
}
