// Taking a sink's next batch out of the log's bundles: what a checkpoint covers, in order, as much as
// the sink takes at once.

import ClawgressAuditIndex
import ClawgressBytes
import ClawgressTransparencyLog

/// What the log had for a sink.
struct SinkReading: Sendable {
    /// The batch; nil if nothing of what was looked at is for the sink.
    var batch: SinkBatch?
    /// The index behind the last entry that was looked at.
    var end: Int
    /// Entries before this one are not in the log any more; nil if none is missing.
    var kept: Int?
    /// Records that the sink's format has no form for.
    var unmapped: UInt64 = 0
    /// When the first entry was recorded, in microseconds since 1970 UTC.
    var time: Int64?
}

/// Reads for one sink.
struct SinkReader: Sendable {
    let tiles: TileFolder
    let settings: SinkSettings
    /// The log's name.
    let log: String

    /// How many entries are looked at before the cursor moves, where few are for the sink.
    private static var entriesMax: Int { 16_384 }

    /// Reads entries from `first` on, of a tree whose files are in place.
    func read(from first: Int, ofTree size: Int) throws(SinkProblem) -> SinkReading {
        var reading = SinkReading(end: first)
        var records: [RenderedRecord] = []
        var bytes = 0
        filling: while reading.end < size, reading.end - first < Self.entriesMax {
            let entries: [[UInt8]]
            do throws(TreeError) {
                let reader = LogReader(tiles: tiles)
                entries = try reader.entries(from: reading.end, ofTree: size)
            } catch {
                // What was read before it comes first; then this is looked at alone.
                if reading.end > first { break filling }
                guard case .missing = error,
                    let kept = try firstKept(behind: reading.end, size)
                else { throw SinkProblem("the log cannot be read: \(error)") }
                (reading.kept, reading.end) = (kept, kept)
                return reading
            }
            guard !entries.isEmpty else { break filling }
            for entry in entries {
                guard records.count < settings.batchRecords, bytes < settings.batchBytes else {
                    break filling
                }
                let record = SinkRecord(index: reading.end, bytes: entry)
                reading.end += 1
                reading.time = reading.time ?? record.facts.time
                guard settings.filter.takes(record.facts) else { continue }
                guard let line = line(of: record) else {
                    reading.unmapped += 1
                    continue
                }
                bytes += line.count
                records.append(RenderedRecord(record: record, line: line))
            }
        }
        if !records.isEmpty { reading.batch = SinkBatch(records: records, end: reading.end) }
        return reading
    }

    private func line(of record: SinkRecord) -> [UInt8]? {
        switch settings.format {
        case .clawgress: record.bytes
        case .ocsf: OCSFEvent.line(of: record, log: log)
        }
    }

    /// The first entry that is still there, if everything before it is not.
    ///
    /// Pruning takes the oldest bundles. One that is missing behind one that is there was not
    /// pruned, and is no reason to go past it.
    private func firstKept(behind index: Int, _ size: Int) throws(SinkProblem) -> Int? {
        let width = TileName.widthMax
        var (low, high) = (index / width, (size - 1) / width)
        guard try !isThere(0, size), try isThere(high, size) else { return nil }
        // Everything below `low`, and it, is gone; `high` is there.
        while high - low > 1 {
            let middle = (low + high) / 2
            if try isThere(middle, size) { high = middle } else { low = middle }
        }
        return high * width
    }

    private func isThere(_ bundle: Int, _ size: Int) throws(SinkProblem) -> Bool {
        let width = min(TileName.widthMax, size - bundle * TileName.widthMax)
        guard let name = TileName(.entries, index: bundle, width: width) else { return false }
        do throws(FileError) {
            return try tiles.read(name) != nil
        } catch {
            throw SinkProblem("the log cannot be read: \(error)")
        }
    }
}
