// When a worker asks again about what is open, without a clock and without a connection.

import ClawgressGateway
import Testing

@Suite("Rounds of redecision")
struct RedecisionRoundsTests {
    private static let second: UInt64 = 1_000_000_000
    /// Some moment on both clocks: seconds since 1970, and monotonic nanoseconds.
    private static let today: Int64 = 1_795_392_000
    private static let now: UInt64 = 77 * second

    /// The wall clock some milliseconds after `today`.
    private static func wall(_ milliseconds: Int64) -> Int64 {
        today * Int64(second) + milliseconds * 1_000_000
    }

    private static func later(_ milliseconds: Int64) -> UInt64 {
        now + UInt64(milliseconds) * 1_000_000
    }

    /// Rounds whose first has come to its end, with an edge some seconds after `today`.
    private static func idle(edge: Int64?) -> RedecisionRounds {
        var rounds = RedecisionRounds()
        rounds.begin(edge: edge.map { today + $0 }, wall: wall(0), now: now)
        rounds.advance(to: 10, of: 10)
        return rounds
    }

    @Test("nothing runs and nothing is due before the first snapshot")
    func initial() {
        let rounds = RedecisionRounds()
        #expect(!rounds.isRunning && rounds.number == 0)
        #expect(!rounds.mustLook(now: .max - 1))
        #expect(rounds.sleepMilliseconds(now: Self.now) == -1)
    }

    @Test("a round goes on from where it stopped, and ends at the last place")
    func pieces() {
        var rounds = RedecisionRounds()
        rounds.begin(edge: nil, wall: Self.wall(0), now: Self.now)
        for place in [0, 4, 8] {
            #expect(rounds.isRunning && rounds.place == place)
            #expect(rounds.sleepMilliseconds(now: Self.now) == 0, "no sleep in the middle")
            rounds.advance(to: min(place + 4, 10), of: 10)
        }
        #expect(!rounds.isRunning)
        #expect(rounds.sleepMilliseconds(now: Self.now) == -1)
    }

    @Test("a new snapshot in the middle of a round begins at the front, under a new number")
    func again() {
        var rounds = RedecisionRounds()
        rounds.begin(edge: nil, wall: Self.wall(0), now: Self.now)
        rounds.advance(to: 4, of: 10)
        rounds.begin(edge: nil, wall: Self.wall(1), now: Self.later(1))
        #expect(rounds.number == 2 && rounds.place == 0 && rounds.isRunning)
    }

    @Test("without an edge the clock is never looked at")
    func noEdge() {
        let rounds = Self.idle(edge: nil)
        #expect(!rounds.mustLook(now: Self.now + 1_000_000 * Self.second))
    }

    @Test(
        "a round is due in the second of the edge, and not before",
        arguments: [1, 2, 60, 86_400]
    )
    func edge(seconds: Int64) {
        var rounds = Self.idle(edge: seconds)
        var passed: Int64 = 0
        var looks = 0
        while true {
            let sleep = rounds.sleepMilliseconds(now: Self.later(passed))
            #expect(sleep > 0 && sleep <= 501)
            passed += Int64(sleep)
            #expect(rounds.mustLook(now: Self.later(passed)))
            looks += 1
            if rounds.look(wall: Self.wall(passed), now: Self.later(passed)) { break }
            #expect(passed < seconds * 1_000)
        }
        #expect(passed >= seconds * 1_000 && passed <= seconds * 1_000 + 2)
        #expect(looks <= seconds * 2 + 1)
    }

    @Test("an edge far away, or long ago, fits")
    func extremes() {
        var rounds = RedecisionRounds()
        rounds.begin(edge: 253_402_300_799, wall: Self.wall(0), now: Self.now)
        #expect(rounds.mustLook(now: Self.later(500)))
        let isDue = rounds.look(wall: Self.wall(500), now: Self.later(500))
        #expect(!isDue)
        rounds.begin(edge: 0, wall: Self.wall(0), now: Self.now)
        let isOverdue = rounds.look(wall: Self.wall(1), now: Self.later(1))
        #expect(isOverdue)
    }

    @Test("a clock that is set forward over the edge is noticed within half a second")
    func forward() {
        var rounds = Self.idle(edge: 3_600)
        #expect(!rounds.mustLook(now: Self.later(499)))
        #expect(rounds.mustLook(now: Self.later(500)))
        let isDue = rounds.look(wall: Self.wall(7_200_000), now: Self.later(500))
        #expect(isDue)
    }

    @Test("a clock that is set back makes a round due, one that is slowed down does not")
    func back() {
        var rounds = Self.idle(edge: 3_600)
        let afterSlowing = rounds.look(wall: Self.wall(-900), now: Self.later(500))
        #expect(!afterSlowing)
        let afterStep = rounds.look(wall: Self.wall(-60_000), now: Self.later(1_000))
        #expect(afterStep)
        rounds.begin(edge: Self.today + 10, wall: Self.wall(-60_000), now: Self.later(1_000))
        let afterwards = rounds.look(wall: Self.wall(-59_500), now: Self.later(1_500))
        #expect(!afterwards)
    }
}
