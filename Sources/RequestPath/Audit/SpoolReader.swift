// All records of a spool in the order of their time, from any process, also while the gateway
// writes.
//
// Each worker's segments form one stream, by segment number; the streams are merged by
// timestamp. A slot that is still open is remembered and looked at again on the next call, so a
// reader that follows misses nothing and repeats nothing.

import ClawgressBytes

/// Where a reader stands: hand it to a later reader to go on from there.
public struct SpoolPosition: Sendable, Equatable {
    var segments: [UInt64: SegmentPosition] = [:]

    /// The beginning of a spool.
    public init() {}
}

/// What has been read of one segment.
struct SegmentPosition: Sendable, Equatable {
    /// The first byte that was not looked at.
    var next = HeaderLayout.bytes
    /// Slots before that which were open when they were looked at.
    var open: [Int] = []
    /// The losses that were reported.
    var gap = GapCounts()
}

/// Reads a spool folder.
///
///     var reader = SpoolReader(folder: path)
///     while let record = try reader.next() { ... }
///     // nil: nothing more now. Call again later to follow.
public struct SpoolReader: ~Copyable {
    private let folder: String
    private var streams: [UInt8: WorkerStream] = [:]
    private var known: [UInt64: UInt8] = [:]
    private var start: SpoolPosition

    /// Makes a reader of a folder, which need not be owned and may grow while it is read.
    public init(folder: String, from position: SpoolPosition = SpoolPosition()) {
        self.folder = folder
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
        if let earliest = try fill() { return earliest.takeHead() }
        // Nothing is left of what was known: look whether there is more by now.
        try discover()
        for stream in streams.values { stream.lookAgain() }
        return try fill()?.takeHead()
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
            if head.precedes(other) { earliest = stream }
        }
        return earliest
    }

    /// Finds segments that were made since the last look.
    private mutating func discover() throws(SpoolError) {
        for number in try SegmentFiles.numbers(in: folder) where known[number] == nil {
            do throws(SpoolError) {
                let worker = try SegmentView(number: number, in: folder).header.worker
                known[number] = worker
                let stream = streams[worker] ?? WorkerStream()
                streams[worker] = stream
                stream.add(number, start.segments[number] ?? SegmentPosition())
            } catch .malformed {
                continue
            } catch .file(let error) where error.isMissing {
                continue
            }
        }
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
        }
    }
}
