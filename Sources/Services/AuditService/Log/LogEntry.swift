// A record on its way into the log: its bytes, by what it is known, and its hash, which is made
// before it waits for anything.

import ClawgressBytes
public import ClawgressRecords
import ClawgressTransparencyLog

/// One record.
public struct LogEntry: Sendable {
    /// The canonical bytes, which are the entry.
    public let bytes: [UInt8]
    /// By what it is known.
    public let key: RecordKey
    /// What it says it is.
    private let form: RecordForm
    /// What it says of other records; nil if it is no heartbeat.
    let sign: SignOfLife?
    /// The leaf's hash.
    let leaf: TreeHash

    /// Reads a record.
    ///
    /// - Throws: `RecordRefusal`.
    public init(_ bytes: [UInt8]) throws(RecordRefusal) {
        (key, form, sign) = try RecordLine.read(bytes.span)
        leaf = TreeHash.leaf(bytes)
        self.bytes = bytes
    }

    /// That its sender writes such records, so that nobody's acts can be told by somebody else.
    ///
    /// - Throws: `RecordRefusal`.
    public func requireKind() throws(RecordRefusal) {
        let sender = key.stream.sender
        guard form.isWritten(by: sender) else { throw .kind(form, sender) }
        if case (.gateway, .heartbeat, nil) = (sender, form, sign) { throw .lastSequences }
    }
}
