// Latencies in buckets whose width is at most 1/32 of their value: percentiles to 3 percent
// in a fixed 16 KiB, however long a run is.

/// Counts durations and answers percentiles.
struct Histogram {
    private static let subBuckets = 32
    private var counts = [UInt64](repeating: 0, count: 64 * 32)
    private(set) var total: UInt64 = 0

    /// Adds one duration in nanoseconds.
    mutating func add(_ nanoseconds: UInt64) {
        counts[Self.bucket(nanoseconds)] += 1
        total += 1
    }

    /// The duration in microseconds that `share` (0...1) of all durations do not exceed.
    func microseconds(at share: Double) -> Double {
        guard total > 0 else { return 0 }
        let wanted = UInt64((Double(total) * share).rounded(.up))
        var seen: UInt64 = 0
        for (bucket, count) in counts.enumerated() {
            seen += count
            if seen >= wanted { return Double(Self.upperBound(bucket)) / 1_000 }
        }
        return 0
    }

    private static func bucket(_ value: UInt64) -> Int {
        guard value >= UInt64(subBuckets) else { return Int(value) }
        let shift = 63 - value.leadingZeroBitCount - 5
        return (shift + 1) * subBuckets + Int(value >> UInt64(shift)) - subBuckets
    }

    private static func upperBound(_ bucket: Int) -> UInt64 {
        guard bucket >= subBuckets else { return UInt64(bucket) }
        let shift = UInt64(bucket / subBuckets - 1)
        return (UInt64(bucket % subBuckets + subBuckets) + 1) << shift
    }
}
