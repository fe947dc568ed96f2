// The key of a record, read from its own bytes: what the log keeps is then the only place where
// it stands, and nothing beside it can say otherwise.

import ClawgressBytes
import ClawgressContract
import ClawgressModel

/// Why a line is no record.
public enum RecordRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The line is no canonical JSON object; the byte at which it was noticed, from 0.
    case notCanonical(offset: Int)
    /// The line is longer than a record can be.
    case tooLong
    /// A member by which a record is known is missing or has another form.
    case member(String)
    /// It is of a kind that its sender does not write.
    case kind(RecordForm, RecordSender)
    /// It is a gateway's heartbeat, and its numbers are none.
    case lastSequences

    /// One sentence.
    public var description: String {
        switch self {
        case .notCanonical(let offset):
            "it is no canonical JSON object (RFC 8785): see byte \(offset)"
        case .tooLong: "it has more than \(AuditBatch.lineBytesMax) bytes"
        case .member(let name): "`\(name)` is missing, or not what a record has there"
        case .kind(let form, let sender): "`\(sender)` does not write \(form.words)"
        case .lastSequences:
            "`last_sequences` of a heartbeat must be 1 to \(SignOfLife.workersMax) numbers"
        }
    }
}

/// Reads the keys of records.
public enum RecordLine {
    /// The key of the record which is the whole of `line`, what it is, and what it says of other
    /// records if it is a heartbeat.
    ///
    /// - Throws: `RecordRefusal`.
    public static func read(
        _ line: Span<UInt8>
    ) throws(RecordRefusal) -> (key: RecordKey, form: RecordForm, sign: SignOfLife?) {
        var members = LineMembers()
        try readMembers(of: line) { name, value in members.take(name, value) }
        let form = RecordForm(members.record, in: line)
        return (try members.key(in: line), form, SignOfLife(members, in: line))
    }

    /// Hands out the members of a line that is canonical.
    static func readMembers(
        of line: Span<UInt8>,
        _ member: (_ name: Span<UInt8>, CanonicalReader.Value) -> Void
    ) throws(RecordRefusal) {
        guard line.count <= AuditBatch.lineBytesMax else { throw .tooLong }
        guard (try? UTF8Span(validating: line)) != nil else { throw .notCanonical(offset: 0) }
        var reader = CanonicalReader(line)
        try reader.readObject(member)
        try reader.end()
    }
}

/// The members of a line by which its record is known, and those by which a heartbeat speaks of others.
struct LineMembers {
    private var boot: CanonicalReader.Value?
    private var gateway: CanonicalReader.Value?
    private var service: CanonicalReader.Value?
    private var segment: CanonicalReader.Value?
    private var sequence: CanonicalReader.Value?
    private var worker: CanonicalReader.Value?
    private(set) var record: CanonicalReader.Value?
    private(set) var phase: CanonicalReader.Value?
    private(set) var timestamp: CanonicalReader.Value?
    private(set) var lastSequences: CanonicalReader.Value?

    mutating func take(_ name: Span<UInt8>, _ value: CanonicalReader.Value) {
        // The lengths are told apart first: most members of a record are none of these.
        switch name.count {
        case 5: if name.equals("phase") { phase = value }
        case 6:
            if name.equals("record") { record = value }
            if name.equals("worker") { worker = value }
        case 7:
            if name.equals("boot_id") { boot = value }
            if name.equals("segment") { segment = value }
        case 8: if name.equals("sequence") { sequence = value }
        case 9: if name.equals("timestamp") { timestamp = value }
        case 10:
            if name.equals("gateway_id") { gateway = value }
            if name.equals("service_id") { service = value }
        case 14: if name.equals("last_sequences") { lastSequences = value }
        default: break
        }
    }

    func key(in line: Span<UInt8>) throws(RecordRefusal) -> RecordKey {
        guard case .plain(let digits) = boot, let boot = BootKey(line.extracting(digits)) else {
            throw .member("boot_id")
        }
        guard case .integer(let worker) = worker, let worker = UInt8(exactly: worker) else {
            throw .member("worker")
        }
        let (kind, number) = try numbered(in: line)
        return RecordKey(
            stream: StreamKey(
                sender: try sender(in: line),
                boot: boot,
                worker: worker,
                kind: kind
            ),
            number: number
        )
    }

    private func numbered(
        in line: Span<UInt8>
    ) throws(RecordRefusal) -> (StreamKey.Kind, UInt64) {
        if case .plain(let word) = record, line.extracting(word).equals("gap") {
            guard case .integer(let number) = segment else { throw .member("segment") }
            return (.gaps, number)
        }
        guard case .integer(let number) = sequence, number > 0 else { throw .member("sequence") }
        return (.records, number)
    }

    private func sender(in line: Span<UInt8>) throws(RecordRefusal) -> RecordSender {
        guard (gateway == nil) != (service == nil) else { throw .member("gateway_id") }
        let name = gateway == nil ? "service_id" : "gateway_id"
        guard case .plain(let place) = gateway ?? service,
            Identifier.isValid(line.extracting(place))
        else { throw .member(name) }
        let text = line.extracting(place).string()
        return gateway == nil ? .service(text) : .gateway(text)
    }
}
