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
    let bounds: EntryBounds
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
                // One that is missing behind the published minimum was not pruned, and is no reason
                // to go past it.
                let kept = bounds.minimum
                guard case .missing = error, kept > first else {
                    throw SinkProblem("the log cannot be read: \(error)")
                }
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
}
