// One way of measuring for all stages. A shared machine disturbs in two ways: it takes the
// processor away for some milliseconds, and it is slower for some seconds. Short batches, of
// which the best counts, answer the first; the median of seven rounds answers the second.

/// Runs `body` `iterations` times a round, in seven rounds after one for warming up, and
/// returns the median of the rounds' best batches in nanoseconds per call.
///
/// `body` gets the number of the iteration and returns something that depends on its work, so
/// that the optimiser cannot leave the work out.
@inline(__always)
func measure(
    _ name: String,
    iterations: Int,
    _ body: (Int) -> Int
) -> (name: String, nanoseconds: Double) {
    let batch = max(iterations / 32, 1)
    let clock = ContinuousClock()
    var rounds: [Double] = []
    for round in 0...7 {
        var best = Double.infinity
        for first in stride(from: 0, through: iterations - batch, by: batch) {
            var sum = 0
            let start = clock.now
            for iteration in first..<(first + batch) { sum &+= body(iteration) }
            best = min(best, start.duration(to: clock.now) / .nanoseconds(batch))
            keep(sum)
        }
        if round > 0 { rounds.append(best) }
    }
    rounds.sort()
    return (name, rounds[rounds.count / 2])
}

/// A use of `value` that the optimiser cannot see through.
@inline(never)
func keep(_ value: Int) {
    withExtendedLifetime(value) {}
}
