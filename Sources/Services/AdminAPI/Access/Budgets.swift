// How much is taken from one side before it has to wait: requests of a credential, and failures of
// a source or for a user. Both count in memory, in tables that cannot grow without end.

import Synchronization

/// A bucket that refills with time.
struct TokenBucket: Sendable {
    private var tokens: Double
    private var updatedAt: Int64

    init(full burst: Int, at microseconds: Int64) {
        tokens = Double(burst)
        updatedAt = microseconds
    }

    /// What is in it now.
    private mutating func refill(_ rate: Double, _ burst: Int, at microseconds: Int64) {
        let elapsed = Double(max(0, microseconds - updatedAt)) / 1_000_000
        tokens = min(Double(burst), tokens + elapsed * rate)
        updatedAt = microseconds
    }

    /// Takes one; or says after how many whole seconds there is one.
    mutating func take(rate: Double, burst: Int, at microseconds: Int64) -> Int? {
        if let seconds = wait(rate: rate, burst: burst, at: microseconds) { return seconds }
        tokens -= 1
        return nil
    }

    /// Puts one back that was taken for nothing.
    mutating func giveBack(burst: Int) { tokens = min(Double(burst), tokens + 1) }

    /// Whether it is as full as it can be, so that a new one would be the same.
    mutating func isFull(rate: Double, burst: Int, at microseconds: Int64) -> Bool {
        refill(rate, burst, at: microseconds)
        return tokens >= Double(burst)
    }

    /// After how many whole seconds one can be taken; nil for now.
    mutating func wait(rate: Double, burst: Int, at microseconds: Int64) -> Int? {
        refill(rate, burst, at: microseconds)
        return tokens >= 1 ? nil : max(1, Int(((1 - tokens) / rate).rounded(.up)))
    }
}

/// One bucket for each name.
final class Budgets: Sendable {
    private struct Table {
        var buckets: [String: TokenBucket] = [:]
        /// What all those share for whom there was no room.
        var others: TokenBucket
        var sweptAt: Int64 = .min
    }

    private let rate: Double
    private let burst: Int
    private let table: Mutex<Table>

    /// How many names have a bucket of their own.
    ///
    /// When there are more, those with nothing to be remembered go; whoever finds no room even so
    /// shares one bucket with all like them. So strangers under many names take nothing from those
    /// who were there, nor reset what they have used up.
    private static var namesMax: Int { 10_000 }
    /// Looking through the whole table is done no more often than this, in microseconds.
    private static var sweepPause: Int64 { 1_000_000 }

    /// - Parameter rate: what comes back each second.
    init(rate: Double, burst: Int) {
        self.rate = rate
        self.burst = burst
        table = Mutex(Table(others: TokenBucket(full: burst, at: 0)))
    }

    /// Takes one of `name`'s; or says how many seconds to wait.
    func take(_ name: String, at microseconds: Int64) -> Int? {
        with(name, at: microseconds) { $0.take(rate: rate, burst: burst, at: microseconds) }
    }

    /// Puts one of `name`'s back.
    func giveBack(_ name: String, at microseconds: Int64) {
        with(name, at: microseconds) { $0.giveBack(burst: burst) }
    }

    private func with<Answer: Sendable>(
        _ name: String,
        at microseconds: Int64,
        _ use: (inout TokenBucket) -> Answer
    ) -> Answer {
        table.withLock { table in
            if table.buckets[name] == nil, table.buckets.count >= Self.namesMax {
                sweep(&table, at: microseconds)
                if table.buckets.count >= Self.namesMax { return use(&table.others) }
            }
            return use(&table.buckets[name, default: TokenBucket(full: burst, at: microseconds)])
        }
    }

    private func sweep(_ table: inout Table, at microseconds: Int64) {
        guard table.sweptAt < microseconds - Self.sweepPause else { return }
        table.sweptAt = microseconds
        table.buckets = table.buckets.filter { _, bucket in
            var bucket = bucket
            return !bucket.isFull(rate: rate, burst: burst, at: microseconds)
        }
    }
}

extension Budgets {
    /// So many each second, and ten seconds' worth at once.
    convenience init(perSecond count: Int) {
        self.init(rate: Double(count), burst: count * 10)
    }

    /// So many each minute, all of them at once if they must be.
    convenience init(perMinute count: Int) {
        self.init(rate: Double(count) / 60, burst: count)
    }
}
