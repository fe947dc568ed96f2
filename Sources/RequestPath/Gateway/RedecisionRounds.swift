// When what is open is decided again, and how far that has come. A round goes through all
// connections in pieces, so that ten thousand tunnels do not keep a worker from its requests.

/// The rounds of one worker: one for each new snapshot, and one whenever the time alone changes
/// what the snapshot says.
public struct RedecisionRounds: Sendable, BitwiseCopyable {
    /// While something depends on the time, the wall clock is looked at this often at least: it
    /// may be set at any moment.
    public static var lookNanoseconds: UInt64 { 500_000_000 }
    /// A wall clock that went back by more was set, and not only slowed down.
    private static var stepNanoseconds: Int64 { 1_000_000_000 }
    private static var second: Int64 { 1_000_000_000 }

    /// The number of the newest round; what was decided under another one is asked again.
    public private(set) var number: UInt32 = 0
    /// Where in the table of connections the round goes on; meaningless while none runs.
    public private(set) var place = 0
    /// Whether a round has not come to its end yet.
    public private(set) var isRunning = false
    /// The second of the wall clock at which the snapshot begins to say something else.
    private var edge = Int64.max
    /// The wall clock at the last look, in nanoseconds since 1970 UTC.
    private var seen: Int64 = 0
    /// When to look at the wall clock, in monotonic nanoseconds.
    private var lookAt = UInt64.max

    /// No round was begun yet.
    public init() {}

    /// Begins a round; one that runs is begun again from the front.
    ///
    /// - Parameters:
    ///   - edge: the next second, since 1970 UTC, at which a verdict may change by itself; nil for
    ///     never.
    ///   - wall: nanoseconds since 1970 UTC.
    ///   - now: monotonic nanoseconds, here and below.
    public mutating func begin(edge: Int64?, wall: Int64, now: UInt64) {
        number &+= 1
        place = 0
        isRunning = true
        self.edge = edge ?? .max
        planLook(wall, now)
    }

    /// Takes note that all before `place` was asked, of `count` places in all.
    public mutating func advance(to place: Int, of count: Int) {
        self.place = place
        if place >= count { isRunning = false }
    }

    /// Whether it is time to look at the wall clock; cheap enough for every turn of a loop.
    public func mustLook(now: UInt64) -> Bool { now >= lookAt }

    /// Looks at the wall clock.
    ///
    /// - Returns: whether a round is due, because the edge has come or the clock was set back.
    public mutating func look(wall: Int64, now: UInt64) -> Bool {
        let wasSetBack = wall < seen - Self.stepNanoseconds
        let isDue = wasSetBack || wall / Self.second >= edge
        planLook(wall, now)
        return isDue
    }

    /// How long a loop may sleep: 0 while a round runs, -1 for as long as it likes.
    public func sleepMilliseconds(now: UInt64) -> Int32 {
        if isRunning || now >= lookAt { return 0 }
        guard lookAt < .max else { return -1 }
        return Int32((lookAt - now) / 1_000_000 + 1)
    }

    private mutating func planLook(_ wall: Int64, _ now: UInt64) {
        seen = wall
        guard edge < .max else {
            lookAt = .max
            return
        }
        var pause = Self.lookNanoseconds
        // Compared in seconds first: the nanoseconds of a far edge do not fit.
        if edge - wall / Self.second <= 1 {
            pause = min(pause, UInt64(max(edge * Self.second - wall, 1)))
        }
        lookAt = now + pause
    }
}
