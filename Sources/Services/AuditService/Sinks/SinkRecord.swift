// A record on its way out, read once for every sink's needs.

public import ClawgressAuditIndex

/// A record and where it is in the log.
public struct SinkRecord: Sendable {
    /// Its place in the log, from 0.
    public let index: Int
    /// Its canonical bytes.
    public let bytes: [UInt8]
    /// What is known of it.
    public let facts: IndexedRecord

    /// Reads a record.
    public init(index: Int, bytes: [UInt8]) {
        self.index = index
        self.bytes = bytes
        facts = IndexedRecord(bytes.span)
    }

    /// The id by which people know it, `019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a`.
    public var id: String? { facts.id.map(RecordID.text) }
}

/// A record in the form that a sink wants.
public struct RenderedRecord: Sendable {
    /// The record.
    public let record: SinkRecord
    /// One line of JSON without its end.
    public let line: [UInt8]

    /// Pairs a record with its form.
    public init(record: SinkRecord, line: [UInt8]) {
        self.record = record
        self.line = line
    }

    /// A line that has the record's place beside it, if the form has none: `{"index":…,"record":…}`.
    func numbered(_ format: SinkFormat) -> [UInt8] {
        switch format {
        case .clawgress:
            Array("{\"index\":\(record.index),\"record\":".utf8) + line + Array("}\n".utf8)
        case .ocsf: line + [UInt8(ascii: "\n")]
        }
    }
}

/// Some records, in order.
public struct SinkBatch: Sendable {
    /// The records that the sink is to get; at least one.
    public let records: [RenderedRecord]
    /// The index behind the last entry that was looked at.
    public let end: Int

    /// Collects records.
    public init(records: [RenderedRecord], end: Int) {
        self.records = records
        self.end = end
    }
}
