// How far the minimum index may rise: by whole bundles, and only past those of which no record is to be
// kept. Pure: what a bundle holds is asked for.

import ClawgressBytes
import ClawgressRecords
import ClawgressTransparencyLog

/// A decision about what goes.
struct RetentionPlan {
    /// So many bundles go at a time, so that neither the disk nor a stop waits for long.
    static var bundlesAtOnce: Int { 256 }

    /// Where entries begin so far.
    let minimum: Int
    /// Nothing from here on may go, whatever its age.
    let ceiling: Int
    /// Records before so many newest ones go.
    let entries: Int?
    /// Records of an earlier time go, written as records write times: their order is that
    /// of their bytes.
    let oldest: [UInt8]?

    /// The new minimum.
    ///
    /// - Parameters:
    ///   - size: of the log.
    ///   - bundle: reads the entries of the full file with this number.
    func next<Failure: Error>(
        size: Int,
        bundle: (Int) throws(Failure) -> [[UInt8]]
    ) throws(Failure) -> Int {
        let width = TileName.widthMax
        var next = minimum
        while next + width <= min(ceiling, size),
            next + width <= minimum + Self.bundlesAtOnce * width
        {
            let isBeyond = entries.map { next + width <= size - $0 } ?? false
            if !isBeyond {
                guard let oldest, Self.isOld(try bundle(next / width), oldest) else { break }
            }
            next += width
        }
        return next
    }

    /// Whether all records have become too old: gap records tell no time and keep nothing back, and
    /// where no record tells one, age is unknown.
    private static func isOld(_ entries: [[UInt8]], _ oldest: [UInt8]) -> Bool {
        var isTold = false
        for entry in entries {
            guard let facts = try? RecordFacts(entry.span), let place = facts.timestamp else {
                continue
            }
            guard entry[place].lexicographicallyPrecedes(oldest) else { return false }
            isTold = true
        }
        return isTold
    }
}
