// What the index keeps of a record. Reading never fails: a record is in the log whatever its sender
// wrote into it, so a member that has not the form of ours counts as absent.

import ClawgressBytes
import ClawgressConfigTree
import ClawgressJWS

/// The members of a record by which it is found.
public struct IndexedRecord: Sendable, Equatable {
    /// What it tells of.
    public var kind: RecordKind = .request
    /// Microseconds since 1970 UTC: of a gap, its beginning; nil if the record has none.
    public var time: Int64?
    /// What was decided.
    public var decision: RecordDecision?
    /// The host that was asked for.
    public var host: String?
    /// The status of the answer.
    public var status: Int64?
    /// The 16 bytes of the request's, or of the administrative event's, id.
    public var id: [UInt8]?
    /// One for each ``RecordWord``.
    private(set) var words = [String?](repeating: nil, count: RecordWord.allCases.count)

    /// One of its words.
    public subscript(word: RecordWord) -> String? {
        get { words[word.place] }
        set { words[word.place] = newValue }
    }

    /// A record without members.
    public init() {}

    /// Reads a record's canonical bytes.
    public init(_ record: Span<UInt8>) {
        var members = RecordMembers(record)
        var sender = Sender.unknown
        while let member = members.next() { take(member, record, &sender) }
        if !sender.writes(kind) { kind = .other }
    }

    /// Who wrote a record, as far as that says which kinds it may be of: the log held the name
    /// against the sender's certificate, and nothing else in the record.
    private enum Sender {
        case unknown, gateway, adminAPI, service

        func writes(_ kind: RecordKind) -> Bool {
            switch kind {
            case .request, .gap: self == .gateway
            case .admin: self == .adminAPI
            case .heartbeat: self == .gateway || self == .service
            case .other: true
            }
        }
    }

    private mutating func take(
        _ member: RecordMembers.Member,
        _ record: Span<UInt8>,
        _ sender: inout Sender
    ) {
        let name = record.extracting(member.name)
        let value = record.extracting(member.value)
        // The lengths are told apart first: most members of a record are none of these.
        switch name.count {
        case 5: if name.equals("first") { time = Self.instant(value) }
        case 6:
            if name.equals("record") { kind = Self.text(value).flatMap(RecordKind.init) ?? .other }
            if name.equals("reason") { self[.reason] = Self.word(value) }
            if name.equals("status") { status = Self.status(value) }
        case 7: if name.equals("team_id") { self[.team] = Self.word(value) }
        case 8:
            if name.equals("agent_id") { self[.agent] = Self.word(value) }
            if name.equals("decision") { decision = Self.text(value).flatMap(RecordDecision.init) }
            if name.equals("event_id") { id = Self.id(value) }
        default: takeLong(name, value, &sender)
        }
    }

    private mutating func takeLong(
        _ name: Span<UInt8>,
        _ value: Span<UInt8>,
        _ sender: inout Sender
    ) {
        switch name.count {
        case 9:
            if name.equals("policy_id") { self[.policy] = Self.word(value) }
            if name.equals("timestamp") { time = Self.instant(value) }
        case 10:
            if name.equals("gateway_id") {
                self[.gateway] = Self.word(value)
                sender = .gateway
            }
            if name.equals("service_id") {
                self[.gateway] = Self.word(value)
                sender = self[.gateway] == "admin-api" ? .adminAPI : .service
            }
            if name.equals("project_id") { self[.project] = Self.word(value) }
            if name.equals("request_id") { id = Self.id(value) }
        case 11: if name.equals("environment") { self[.environment] = Self.word(value) }
        case 16: if name.equals("destination_host") { host = Self.word(value) }
        default: break
        }
    }

    private static func text(_ value: Span<UInt8>) -> String? {
        guard value.count >= 2, value[0] == UInt8(ascii: "\"") else { return nil }
        let inner = value.extracting(1..<value.count - 1)
        guard inner.firstIndex(of: UInt8(ascii: "\\")) != nil else { return inner.string() }
        return (try? StrictJSON.read(value))?.text
    }

    private static func word(_ value: Span<UInt8>) -> String? {
        guard let text = text(value), !text.isEmpty, text.utf8.count <= RecordWord.bytesMax else {
            return nil
        }
        return text
    }

    private static func instant(_ value: Span<UInt8>) -> Int64? {
        text(value).flatMap(Instant.microseconds)
    }

    private static func status(_ value: Span<UInt8>) -> Int64? {
        guard value.count == 3, let status = Int64(value.string()), status >= 100 else {
            return nil
        }
        return status
    }

    private static func id(_ value: Span<UInt8>) -> [UInt8]? {
        text(value).flatMap(RecordID.bytes)
    }
}
