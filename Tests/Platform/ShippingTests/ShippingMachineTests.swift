// Every answer that a log can give, at every moment, and what must come of it: all records are
// acknowledged or set aside in the end, in batches that end whole, and nobody waits for ever.

import ClawgressShipping
import TestKit
import Testing

@Suite("Shipping")
struct ShippingMachineTests {
    /// A machine with a log that answers as a test says.
    private final class Bench {
        var machine = ShippingMachine(now: 0)
        var now: Int64 = 0
        var random = SplitMix64(seed: 7)

        func feed(_ event: ShippingEvent) -> [ShippingAction] {
            machine.handle(event, at: ShippingMoment(monotonic: now, random: random.next()))
        }

        /// Waits for as long as the machine wants to.
        func rest() -> [ShippingAction] {
            now += machine.pause(at: now)
            return feed(.tick)
        }

        /// Begins a batch.
        func begin(_ count: Int, isFull: Bool = false) -> [ShippingAction] {
            let actions = rest()
            #expect(actions == [.collect])
            return feed(.collected(count: count, isFull: isFull))
        }
    }

    @Test("sends a batch, settles it, and looks again after a while")
    func plain() {
        let bench = Bench()
        #expect(bench.begin(3) == [.send(0..<3)])
        #expect(bench.feed(.acknowledged(count: 3, isConsistent: true)) == [.settle])
        #expect(bench.machine.isResting && bench.machine.isConnected)
        #expect(bench.machine.pause(at: bench.now) == 200)
        #expect(bench.feed(.tick) == [])
        #expect(bench.rest() == [.collect])
        #expect(bench.feed(.collected(count: 0, isFull: false)) == [])
        #expect(bench.machine.counts.acknowledged == 3)
    }

    @Test("goes on at once where there was more than fitted")
    func catchUp() {
        let bench = Bench()
        #expect(bench.begin(1_000, isFull: true) == [.send(0..<1_000)])
        let end = bench.feed(.acknowledged(count: 1_000, isConsistent: true))
        #expect(end == [.settle, .collect])
    }

    @Test("sends again after pauses that grow, are never the same, and have a bound")
    func backOff() {
        let bench = Bench()
        #expect(bench.begin(5) == [.send(0..<5)])
        var pauses: [Int64] = []
        for _ in 0..<20 {
            #expect(bench.feed(.failed("no answer in time", retryAfter: nil)) == [])
            #expect(!bench.machine.isConnected && bench.machine.problem == "no answer in time")
            pauses.append(bench.machine.pause(at: bench.now))
            #expect(bench.rest() == [.send(0..<5)])
        }
        for (index, pause) in pauses.enumerated() {
            let full = min(Int64(200) << Int64(index), 30_000)
            #expect((full / 2...full).contains(pause), "pause \(index)")
        }
        #expect(Set(pauses.suffix(10)).count > 5)
        #expect(bench.feed(.acknowledged(count: 5, isConsistent: true)) == [.settle])
        #expect(bench.machine.problem == nil)
        // The next failure begins with a short pause again.
        #expect(bench.begin(1) == [.send(0..<1)])
        #expect(bench.feed(.failed("", retryAfter: nil)) == [])
        #expect(bench.machine.pause(at: bench.now) <= 200)
    }

    @Test("waits for as long as the log asks, up to a minute")
    func retryAfter() {
        let bench = Bench()
        #expect(bench.begin(5) == [.send(0..<5)])
        #expect(bench.feed(.failed("disk full", retryAfter: 5_000)) == [])
        #expect(bench.machine.pause(at: bench.now) == 5_000)
        #expect(bench.rest() == [.send(0..<5)])
        #expect(bench.feed(.failed("disk full", retryAfter: .max)) == [])
        #expect(bench.machine.pause(at: bench.now) == 60_000)
    }

    @Test("does not believe a log that counts other records than were sent", arguments: [0, 4, 6])
    func wrongCount(count: Int) {
        let bench = Bench()
        #expect(bench.begin(5) == [.send(0..<5)])
        #expect(bench.feed(.acknowledged(count: count, isConsistent: true)) == [])
        #expect(bench.rest() == [.send(0..<5)])
        #expect(bench.machine.counts.acknowledged == 0)
    }

    @Test(
        "sets refused records aside, and no others",
        arguments: [
            [0], [999], [17, 18], [0, 1, 2, 500, 998], [],
        ]
    )
    func poison(poisoned: [Int]) {
        let bench = Bench()
        var actions = bench.begin(1_000)[...]
        var held: [Int] = []
        var taken: [Int] = []
        var settled = 0
        var sends = 0
        while let action = actions.popFirst() {
            switch action {
            case .send(let range):
                sends += 1
                let isPoisoned = poisoned.contains(where: range.contains)
                if !isPoisoned { taken += range }
                let answer: ShippingEvent =
                    isPoisoned
                    ? .refused : .acknowledged(count: range.count, isConsistent: true)
                actions += bench.feed(answer)
            case .hold(let index): held.append(index)
            case .settle: settled += 1
            case .collect: Issue.record("it was no full batch")
            }
        }
        #expect(held == poisoned)
        #expect(taken == (0..<1_000).filter { !poisoned.contains($0) })
        #expect(settled == 1)
        #expect(sends <= 1 + 20 * poisoned.count)
        #expect(bench.machine.counts.refused == UInt64(poisoned.count))
    }

    @Test("slows down where everything is refused")
    func allRefused() {
        let bench = Bench()
        var actions = bench.begin(1_000)[...]
        var held = 0
        while let action = actions.popFirst() {
            if case .send = action { actions += bench.feed(.refused) }
            if case .hold = action { held += 1 }
        }
        #expect(held == 8)
        for _ in 0..<30 {
            var more = bench.rest()[...]
            while let action = more.popFirst() {
                if case .send = action { more += bench.feed(.refused) }
                if case .hold = action { held += 1 }
            }
        }
        #expect(held == 38)
        #expect(bench.machine.pause(at: bench.now) >= 15_000)
    }

    @Test("settles nothing any more once the log contradicted itself, and ships on")
    func inconsistent() {
        let bench = Bench()
        #expect(bench.begin(2, isFull: true) == [.send(0..<2)])
        #expect(bench.feed(.acknowledged(count: 2, isConsistent: false)) == [.collect])
        #expect(bench.machine.isInconsistent)
        #expect(bench.feed(.collected(count: 4, isFull: false)) == [.send(0..<4)])
        #expect(bench.feed(.acknowledged(count: 4, isConsistent: true)) == [])
        #expect(bench.machine.isInconsistent)
        #expect(bench.machine.counts.acknowledged == 6)
        let next = ShippingMachine(isInconsistent: true, now: 0)
        #expect(next.isInconsistent)
    }

    @Test("says after ten seconds that nothing is acknowledged, and only if something waits")
    func unreachable() {
        let bench = Bench()
        #expect(bench.machine.unreachableFor(at: 3_600_000, after: 10_000) == nil)
        #expect(bench.begin(1) == [.send(0..<1)])
        let begun = bench.now
        #expect(bench.machine.unreachableFor(at: begun + 9_999, after: 10_000) == nil)
        #expect(bench.machine.unreachableFor(at: begun + 10_000, after: 10_000) == 10_000)
        bench.now += 12_000
        #expect(bench.feed(.acknowledged(count: 1, isConsistent: true)) == [.settle])
        #expect(bench.machine.unreachableFor(at: bench.now + 3_600_000, after: 10_000) == nil)
    }

    @Test("looks at once when the process ends, and does not cut a pause short")
    func hurry() {
        let bench = Bench()
        #expect(bench.begin(0) == [])
        #expect(bench.feed(.hurry) == [.collect])
        #expect(bench.feed(.collected(count: 1, isFull: false)) == [.send(0..<1)])
        #expect(bench.feed(.failed("", retryAfter: 1_000)) == [])
        #expect(bench.feed(.hurry) == [])
        #expect(!bench.machine.isResting)
    }

    @Test("deals with every record in the end, whatever is answered", arguments: 0..<UInt64(200))
    func anything(seed: UInt64) {
        let bench = Bench()
        bench.random = SplitMix64(seed: seed)
        var choices = SplitMix64(seed: seed &+ 1_000)
        var dealt = 0
        var expected = 0
        var actions: ArraySlice<ShippingAction> = []
        for _ in 0..<5_000 {
            guard let action = actions.popFirst() else {
                actions += bench.rest()
                continue
            }
            switch action {
            case .collect:
                #expect(dealt == expected)
                let count = Int(choices.next() % 40)
                expected += count
                actions += bench.feed(.collected(count: count, isFull: choices.next() % 2 == 0))
            case .send(let range):
                switch choices.next() % 4 {
                case 0: actions += bench.feed(.failed("", retryAfter: nil))
                case 1: actions += bench.feed(.refused)
                default:
                    dealt += range.count
                    actions += bench.feed(
                        .acknowledged(count: range.count, isConsistent: true)
                    )
                }
            case .hold: dealt += 1
            case .settle: #expect(dealt == expected)
            }
        }
        // What was set aside and not looked at here yet.
        dealt += actions.count { if case .hold = $0 { true } else { false } }
        #expect(expected > 100)
        #expect(bench.machine.counts.acknowledged + bench.machine.counts.refused == UInt64(dealt))
    }
}
