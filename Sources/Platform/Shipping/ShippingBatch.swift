// The records that are sent together, as the lines in which they are sent.

import ClawgressAudit
import ClawgressBytes
import ClawgressContract
import ClawgressJWS

/// How far a reader was when it had read a batch: what is right to keep and to delete once all of
/// the batch is dealt with, however far it has read since.
struct ShippingMark: Sendable {
    private(set) var position: SpoolPosition
    private(set) var finished: [UInt64]

    /// A record of the batch, or of one before it, is not done with.
    mutating func hold(_ place: SpoolPlace) {
        position.hold(place)
        finished.removeAll { $0 == place.segment }
    }

    /// Segments were deleted.
    mutating func forget(_ numbers: [UInt64]) {
        position.forget(numbers)
        finished.removeAll { numbers.contains($0) }
    }
}

/// A batch of records, bounded in number and bytes.
struct ShippingBatch: Sendable {
    private(set) var places: [SpoolPlace] = []
    private var bytes: [UInt8] = []
    /// Where each line ends.
    private var ends: [Int] = []
    /// The earliest time in it, microseconds since 1970 UTC.
    private(set) var earliest: Int64?
    /// Where the reader was behind the last record.
    var mark: ShippingMark?
    /// Whether the disk has the segments that its records are in.
    var isOnDisk = false

    var count: Int { places.count }

    /// Whether a record of any length may not fit any more.
    func isFull(countMax: Int) -> Bool {
        count >= countMax || bytes.count + EventWriter.bytesMax + 1 > AuditBatch.bytesMax
    }

    mutating func append(_ placed: PlacedRecord, _ line: inout ClawgressBytes.ByteBuffer) {
        line.removeAll()
        EventWriter.write(placed.record, to: &line)
        bytes += line.bytes.array()
        bytes.append(UInt8(ascii: "\n"))
        ends.append(bytes.count)
        places.append(placed.place)
        earliest = min(earliest ?? .max, placed.record.timestamp)
    }

    /// The lines of some of the records.
    func body(_ range: Range<Int>) -> [UInt8] {
        guard let last = range.last else { return [] }
        return Array(bytes[start(of: range.lowerBound)..<ends[last]])
    }

    /// The segments that its records are in.
    var segments: [UInt64] { Set(places.map(\.segment)).sorted() }

    /// The names of a record, for people: boot, worker and number.
    func names(_ index: Int) -> String {
        let line = Array(bytes[start(of: index)..<ends[index] - 1])
        guard let record = try? StrictJSON.read(line.span) else { return "unknown" }
        let number = record["sequence"]?.integer ?? record["segment"]?.integer ?? 0
        let boot = record["boot_id"]?.text ?? ""
        return "\(boot)/\(record["worker"]?.integer ?? 0)/\(number)"
    }

    private func start(of index: Int) -> Int {
        index == 0 ? 0 : ends[index - 1]
    }
}
