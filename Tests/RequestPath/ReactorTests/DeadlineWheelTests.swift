// The wheel is tested against the plainest model there is: a dictionary of due times.

import ClawgressReactor
import TestKit
import Testing

@Suite("Deadline wheel")
struct DeadlineWheelTests {
    private static let millisecond: UInt64 = 1_000_000

    private func makeWheel(now: UInt64 = 1_000 * millisecond) throws -> DeadlineWheel {
        guard let wheel = DeadlineWheel(capacity: 256, now: now) else {
            throw OutOfMemory()
        }
        return wheel
    }

    private struct OutOfMemory: Error {}

    @Test("an index expires once, and not before its deadline")
    func expiresOnce() throws {
        var wheel = try makeWheel()
        wheel.set(7, due: 1_500 * Self.millisecond)
        var expired: [UInt32] = []
        wheel.advance(to: 1_499 * Self.millisecond, expired: &expired)
        #expect(expired.isEmpty)
        wheel.advance(to: 1_530 * Self.millisecond, expired: &expired)
        #expect(expired == [7])
        wheel.advance(to: 9_000 * Self.millisecond, expired: &expired)
        #expect(expired == [7])
    }

    @Test("a deadline moved later does not expire at its old time")
    func movesLater() throws {
        var wheel = try makeWheel()
        wheel.set(3, due: 1_100 * Self.millisecond)
        wheel.set(3, due: 3_000 * Self.millisecond)
        var expired: [UInt32] = []
        wheel.advance(to: 2_900 * Self.millisecond, expired: &expired)
        #expect(expired.isEmpty)
        wheel.advance(to: 3_100 * Self.millisecond, expired: &expired)
        #expect(expired == [3])
    }

    @Test("a deadline moved earlier expires at its new time")
    func movesEarlier() throws {
        var wheel = try makeWheel()
        wheel.set(3, due: 60_000 * Self.millisecond)
        wheel.set(3, due: 1_100 * Self.millisecond)
        var expired: [UInt32] = []
        wheel.advance(to: 1_200 * Self.millisecond, expired: &expired)
        #expect(expired == [3])
    }

    @Test("a forgotten index never expires, and its slot can be used again")
    func forgets() throws {
        var wheel = try makeWheel()
        wheel.set(3, due: 1_100 * Self.millisecond)
        wheel.forget(3)
        wheel.set(3, due: 1_900 * Self.millisecond)
        var expired: [UInt32] = []
        wheel.advance(to: 1_500 * Self.millisecond, expired: &expired)
        #expect(expired.isEmpty)
        wheel.advance(to: 2_000 * Self.millisecond, expired: &expired)
        #expect(expired == [3])
    }

    @Test("the time to sleep never passes over a deadline")
    func sleepIsShortEnough() throws {
        var wheel = try makeWheel()
        expect(wheel.sleepMilliseconds(now: 1_000 * Self.millisecond) == -1)
        wheel.set(1, due: 1_250 * Self.millisecond)
        let sleep = wheel.sleepMilliseconds(now: 1_000 * Self.millisecond)
        #expect(sleep > 0 && sleep <= 275)
    }

    @Test("random operations agree with a dictionary", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func agreesWithModel(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var now = 1_000 * Self.millisecond
        var wheel = try makeWheel(now: now)
        var model: [Int: UInt64] = [:]
        for _ in 0..<5_000 {
            let index = Int(random.next() % 64)
            switch random.next() % 8 {
            case 0:
                wheel.forget(index)
                model[index] = nil
            case 1:
                wheel.clear(index)
                model[index] = nil
            case 2, 3, 4, 5:
                let due = now + (1 + random.next() % 20_000) * Self.millisecond
                wheel.set(index, due: due)
                model[index] = due
            default:
                now += random.next() % (3_000 * Self.millisecond)
                var expired: [UInt32] = []
                wheel.advance(to: now, expired: &expired)
                for late in expired {
                    let due = try owned(model.removeValue(forKey: Int(late)))
                    #expect(due <= now)
                }
                // Two ticks of 10 ms is the resolution that is promised.
                let overdue = model.values.filter { $0 + 20 * Self.millisecond < now }
                #expect(overdue.isEmpty)
            }
            let sleep = wheel.sleepMilliseconds(now: now)
            if let earliest = model.values.min() {
                let left = earliest > now ? (earliest - now) / Self.millisecond : 0
                #expect(sleep >= 0 && UInt64(sleep) <= left + 21)
            }
        }
    }
}
