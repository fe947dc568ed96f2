// How far the minimum index may rise: by whole bundles, and only past those of which no record is to be
// kept. Pure: what a bundle holds, and since when it is there, is asked for.

import ClawgressAuditIndex
import ClawgressBytes
import ClawgressRecords
import ClawgressTransparencyLog

/// A decision about what goes.
struct RetentionPlan {
    /// So many bundles go at a time, so that neither the disk nor a stop waits for long.
    static var bundlesAtOnce: Int { 256 }
    /// A record that tells a time so long after its arrival, in microseconds, or a later one, is not believed:
    /// clocks that are ahead, or lie, would keep everything for ever.
    private static var aheadMax: Int64 { 86_400_000_000 }

    /// Where entries begin so far.
    let minimum: Int
    /// Nothing from here on may go, whatever its age.
    let ceiling: Int
    /// Records before so many newest ones go.
    let entries: Int?
    /// Records that came earlier, and tell an earlier time, go; in microseconds since 1970 UTC.
    ///
    /// No record counts as younger than a day after its arrival.
    let oldest: Int64?

    /// The new minimum.
    ///
    /// - Parameters:
    ///   - size: of the log.
    ///   - arrival: when the full file with this number was written, which is when its last entry
    ///     came; nil if it cannot be told.
    ///   - bundle: reads its entries.
    func next<Failure: Error>(
        size: Int,
        arrival: (Int) -> Int64?,
        bundle: (Int) throws(Failure) -> [[UInt8]]
    ) throws(Failure) -> Int {
        let width = TileName.widthMax
        let told = oldest.map { Array(Instant.text($0).utf8) } ?? []
        var next = minimum
        while next + width <= min(ceiling, size),
            next + width <= minimum + Self.bundlesAtOnce * width
        {
            let isBeyond = entries.map { next + width <= size - $0 } ?? false
            if !isBeyond {
                // A sender's clock may be wrong: what came of late is not old, whatever it tells.
                guard let oldest, let arrived = arrival(next / width), arrived < oldest else {
                    break
                }
                if arrived >= oldest - Self.aheadMax {
                    guard Self.isOld(try bundle(next / width), told) else { break }
                }
            }
            next += width
        }
        return next
    }

    /// Whether no record tells a later time: gap records tell none and keep nothing back.
    private static func isOld(_ entries: [[UInt8]], _ oldest: [UInt8]) -> Bool {
        entries.allSatisfy { entry in
            guard let facts = try? RecordFacts(entry.span), let place = facts.timestamp else {
                return true
            }
            return entry[place].lexicographicallyPrecedes(oldest)
        }
    }
}
