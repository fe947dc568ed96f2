// Several threads on one agent. Time is virtual, so that hours pass in a second, and paced, so
// that no thread's instant is older than half a window when it is used: what the guarantee asks.

import ClawgressModel
import ClawgressQuota
import Synchronization
import TestKit
import Testing

/// A clock that threads push forward together.
private final class PacedClock: Sendable {
    private let now: Atomic<UInt64>
    private let held: [HeldInstant]
    private let lagMax: UInt64

    private final class HeldInstant: Sendable {
        let value = Atomic<UInt64>(.max)
    }

    init(start: UInt64, threads: Int, lagMax: UInt64) {
        now = Atomic(start)
        held = (0..<threads).map { _ in HeldInstant() }
        self.lagMax = lagMax
    }

    /// Runs `body` with an instant that no other thread leaves far behind.
    func tick<Result>(_ thread: Int, step: UInt64, _ body: (UInt64) -> Result) -> Result {
        let slot = held[thread]
        while true {
            let seen = now.load(ordering: .sequentiallyConsistent)
            slot.value.store(seen, ordering: .sequentiallyConsistent)
            let oldest = held.map { $0.value.load(ordering: .sequentiallyConsistent) }.min() ?? seen
            if seen - min(oldest, seen) < lagMax { break }
            slot.value.store(.max, ordering: .sequentiallyConsistent)
        }
        let instant = now.wrappingAdd(step, ordering: .sequentiallyConsistent).newValue
        defer { slot.value.store(.max, ordering: .sequentiallyConsistent) }
        return body(instant)
    }
}

private func drive(
    _ quota: QuotaIndex,
    threads: Int,
    requests: Int,
    stepMax: UInt64,
    lagMax: UInt64
) async -> (admitted: [UInt64], refused: Int) {
    let clock = PacedClock(start: 900 * minuteNanoseconds, threads: threads, lagMax: lagMax)
    return await withTaskGroup(of: (admitted: [UInt64], refused: Int).self) { group in
        for thread in 0..<threads {
            group.addTask {
                var random = SplitMix64(seed: UInt64(thread) + 31)
                var admitted: [UInt64] = []
                var refused = 0
                for _ in 0..<requests {
                    let step = random.next() % stepMax
                    clock.tick(thread, step: step) { now in
                        if quota.admit(agent: 0, now: now).isAdmitted {
                            admitted.append(now)
                        } else {
                            refused += 1
                        }
                    }
                }
                return (admitted, refused)
            }
        }
        return await group.reduce(into: ([], 0)) { sum, part in
            sum.admitted += part.admitted
            sum.refused += part.refused
        }
    }
}

@Suite("quota under concurrency")
struct QuotaConcurrencyTests {
    @Test("holds in every second with four threads", arguments: [1, 10, 100, 2_000])
    func everySecond(limit: Int) async {
        let stepMax = secondNanoseconds / UInt64(limit) / 4 + 2
        let result = await drive(
            index(limit, nil),
            threads: 4,
            requests: 20_000,
            stepMax: stepMax,
            lagMax: secondNanoseconds / 4
        )
        let fullest = fullestWindow(result.admitted, window: secondNanoseconds)
        #expect(fullest <= limit)
        // Exact, not merely safe: when every thread asks too much the limit is used.
        #expect(fullest >= limit - 4)
        #expect(result.refused > 4_000)
        #expect(result.admitted.count > 2 * limit)
    }

    @Test("holds in every minute and every second at once with four threads")
    func bothWindows() async {
        let result = await drive(
            index(20, 300),
            threads: 4,
            requests: 20_000,
            stepMax: 20_000_000,
            lagMax: secondNanoseconds / 4
        )
        #expect(fullestWindow(result.admitted, window: secondNanoseconds) <= 20)
        let fullest = fullestWindow(result.admitted, window: minuteNanoseconds)
        #expect(fullest <= 300 && fullest >= 290)
        #expect(result.refused > 4_000)
    }
}
