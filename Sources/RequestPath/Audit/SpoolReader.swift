// All records of a spool in the order of their time, from any process, also while the gateway
// writes.
//
// Each worker's segments form one stream, by segment number; the streams are merged by
// timestamp. A slot that is still open is remembered and looked at again on the next call, so a
// reader that follows misses nothing and repeats nothing.

import ClawgressBytes

/// Where a record lies in a spool.
public struct SpoolPlace: Sendable, Hashable {
    /// The number of its segment.
    public let segment: UInt64
    /// Its first byte there; 0 for the gap record.
    let start: Int
}

/// A record and where it lies.
public struct PlacedRecord: Sendable {
    /// The record.
    public let record: AuditRecord
    /// Where it lies.
    public let place: SpoolPlace
}

/// Reads a spool folder.
///
///     var reader = SpoolReader(folder: path)
///     while let record = try reader.next() { ... }
///     // nil: nothing more now. Call again later to follow.
public struct SpoolReader: ~Copyable {
    /// What a reader's records are for.
    public enum Purpose: Sendable {
        /// To be shown at once: losses are reported as they occur, each time what was added.
        case display
        /// To be kept elsewhere under their names: the losses of a segment are one record, given
        /// when there can be no more of them, and the same one however often it is read.
        case shipping
    }

    private let folder: String
    private let purpose: Purpose
    private var streams: [UInt8: WorkerStream] = [:]
    private var known: [UInt64: UInt8] = [:]
    private var start: SpoolPosition

    /// Makes a reader of a folder, which need not be owned and may grow while it is read.
    public init(
        folder: String,
        from position: SpoolPosition = SpoolPosition(),
        for purpose: Purpose = .display
    ) {
        self.folder = folder
        self.purpose = purpose
        start = position
    }

    /// Where the reader stands.
    ///
    /// Records that it has given are before it; a record that it has
    /// read ahead to compare times is not.
    public var position: SpoolPosition {
        var position = start
        for stream in streams.values {
            position.segments.merge(stream.position.segments) { _, newer in newer }
        }
        return position
    }

    /// The next record; nil if there is none now.
    ///
    /// - Throws: `SpoolError.file` if the folder or a segment in it cannot be read. Damaged
    ///   segments are passed over; ``SpoolRecovery`` reports them.
    public mutating func next() throws(SpoolError) -> AuditRecord? {
        try nextPlaced()?.record
    }

    /// The next record as ``next()`` gives it, and where it lies.
    public mutating func nextPlaced() throws(SpoolError) -> PlacedRecord? {
        if let earliest = try fill() { return earliest.takeHead() }
        // Nothing is left of what was known: look whether there is more by now.
        try discover()
        for stream in streams.values { stream.lookAgain() }
        return try fill()?.takeHead()
    }

    /// Notes that a record that was given is not done with.
    ///
    /// Its segment is none of ``finishedSegments``, and a reader that begins from the text of
    /// ``position`` gives it again.
    public func hold(_ place: SpoolPlace) {
        for stream in streams.values { stream.hold(place) }
    }

    /// Segments to be deleted: every record was given, none is held, nothing is open.
    ///
    /// A segment that is damaged is none of them.
    public var finishedSegments: [UInt64] {
        streams.values.flatMap(\.finishedSegments).sorted()
    }

    /// Forgets segments that were deleted.
    public mutating func forget(_ segments: [UInt64]) {
        for number in segments {
            if let worker = known.removeValue(forKey: number) { streams[worker]?.forget(number) }
        }
    }

    /// Finds each worker's next record and returns the worker whose is the earliest.
    private func fill() throws(SpoolError) -> WorkerStream? {
        var earliest: WorkerStream?
        for stream in streams.values {
            try stream.fill(folder)
            guard let head = stream.head else { continue }
            guard let other = earliest?.head else {
                earliest = stream
                continue
            }
            if head.record.precedes(other.record) { earliest = stream }
        }
        return earliest
    }

    /// Finds segments that were made since the last look.
    private mutating func discover() throws(SpoolError) {
        for number in try SegmentFiles.numbers(in: folder) where known[number] == nil {
            do throws(SpoolError) {
                let header = try SegmentView(number: number, in: folder).header
                known[number] = header.worker
                let stream = streams[header.worker] ?? WorkerStream(purpose)
                streams[header.worker] = stream
                // Of another boot, it is another segment.
                let kept = start.segments[number].flatMap {
                    $0.bootID == header.bootID ? $0 : nil
                }
                stream.add(number, kept ?? SegmentPosition(bootID: header.bootID))
            } catch .malformed {
                continue
            } catch .file(let error) where error.isMissing {
                continue
            }
        }
        // Whatever it knew is in the streams now, or gone.
        start.segments.removeAll()
    }
}

extension AuditRecord {
    /// Order by time, then by worker and sequence, so that equal times have one order too.
    fileprivate func precedes(_ other: AuditRecord) -> Bool {
        order < other.order
    }

    private var order: (Int64, UInt8, UInt64) {
        switch self {
        case .event(let event): (event.timestamp, event.worker, event.sequence)
        case .gap(let gap): (gap.last, gap.worker, .max)
        case .admin(let record): (record.event.timestamp, record.worker, record.sequence)
        case .heartbeat(let record):
            (record.heartbeat.timestamp, record.worker, record.sequence)
        }
    }
}
