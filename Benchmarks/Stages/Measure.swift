// One way of measuring for all stages: the median of several rounds, because a shared machine
// disturbs single rounds, and the median of seven survives three disturbances.

/// Runs `body` `iterations` times a round, in seven rounds after one for warming up, and
/// returns the median of the rounds in nanoseconds per call.
///
/// `body` gets the number of the iteration and returns something that depends on its work, so
/// that the optimiser cannot leave the work out.
@inline(__always)
func measure(
    _ name: String,
    iterations: Int,
    _ body: (Int) -> Int
) -> (name: String, nanoseconds: Double) {
    var rounds: [Double] = []
    for round in 0...7 {
        var sum = 0
        let clock = ContinuousClock()
        let start = clock.now
        for iteration in 0..<iterations { sum &+= body(iteration) }
        let elapsed = start.duration(to: clock.now)
        keep(sum)
        if round > 0 { rounds.append(elapsed / .nanoseconds(iterations)) }
    }
    rounds.sort()
    return (name, rounds[rounds.count / 2])
}

/// A use of `value` that the optimiser cannot see through.
@inline(never)
func keep(_ value: Int) {
    withExtendedLifetime(value) {}
}
