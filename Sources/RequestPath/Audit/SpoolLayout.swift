// Where each byte of a segment file lies. Writer, reader and recovery all take the offsets from
// here, so they cannot disagree. All integers are little-endian.
//
// A segment file is a header page and then slots, one for each exchange, one behind the other.
// A slot is written once when the exchange begins and completed in place when it ends; its
// length is stored last, so a slot whose writing was interrupted does not exist. A length of
// zero is the end. The header's counts of lost events are changed in place, each with one store.
//
// Behind the texts of a slot there may be room for what is known at the end only: the server name
// of a tunnel's ClientHello, and what closed an exchange that had been allowed. Version 1 knew no
// such room, and version 2 no tunnel around a request; both had zeroes where version 3 says what is
// there, so all are read in the same way. Version 4 may have administrative records among the
// slots (``AdminLayout``), version 5 signs of life too (``HeartbeatLayout``).

/// The header page of a segment.
enum HeaderLayout {
    static var bytes: Int { 4_096 }
    /// `CLGSPOOL` in ASCII, read as a little-endian word.
    static var magicValue: UInt64 { 0x4C4F_4F50_5347_4C43 }
    static var versionValue: UInt32 { 5 }
    /// The versions that can be read.
    static var versionsKnown: ClosedRange<UInt32> { 1...5 }

    static var magic: Int { 0 }
    static var version: Int { 8 }
    static var worker: Int { 12 }
    static var bootHigh: Int { 16 }
    static var bootLow: Int { 24 }
    static var number: Int { 32 }
    static var created: Int { 40 }
    static var gatewayIDLength: Int { 48 }
    static var gatewayID: Int { 49 }
    static var gatewayIDBytesMax: Int { 63 }
    static var checksum: Int { 124 }

    // What changes while the segment is in use is not under the checksum: each is one aligned
    // word, which a killed process leaves either old or new.
    static var sealed: Int { 128 }
    static var gapAllow: Int { 136 }
    static var gapDeny: Int { 144 }
    static var gapRateLimit: Int { 152 }
    static var gapFirst: Int { 160 }
    static var gapLast: Int { 168 }
    /// The last sequence number that this worker had given when the segment was its newest.
    static var lastSequence: Int { 176 }
    /// The checksum of that word in a durable segment, which is not looked through any more.
    static var lastSequenceChecksum: Int { 184 }
    /// Why the first loss happened, a ``SpoolShortage``; 0 in segments of earlier programs.
    static var gapReason: Int { 192 }
}

/// The fixed parts of a slot, as offsets from its beginning.
enum SlotLayout {
    static var alignment: Int { 8 }
    /// The greatest length of a slot: an event has at most 16 KiB.
    static var bytesMax: Int { 16_384 }

    static var length: Int { 0 }
    static var state: Int { 4 }
    static var intentChecksum: Int { 8 }
    static var outcomeChecksum: Int { 12 }

    // The outcome. While the slot is open it may hold where the slot was moved from.
    static var outcome: Int { 16 }
    static var sequence: Int { 16 }
    static var duration: Int { 24 }
    static var latency: Int { 32 }
    static var gatewayTime: Int { 40 }
    static var bytesOut: Int { 48 }
    static var bytesIn: Int { 56 }
    static var addressHigh: Int { 64 }
    static var addressLow: Int { 72 }
    /// Family, outcome, reason, decision, status (two bytes), attempts, ``ServerNameMark``.
    static var outcomeBits: Int { 80 }
    static var serverNameMark: Int { 87 }
    static var outcomeEnd: Int { 88 }

    static var movedFrom: Int { 24 }
    static var movedOrigin: Int { 32 }

    // The intent.
    static var intent: Int { 88 }
    static var requestHigh: Int { 88 }
    static var requestLow: Int { 96 }
    static var timestamp: Int { 104 }
    static var bundleSerial: Int { 112 }
    static var policyVersion: Int { 120 }
    static var clientHigh: Int { 128 }
    static var clientLow: Int { 136 }
    /// Decision, reason, quota, authentication, protocol, scheme, would-decision, client family.
    static var intentBits: Int { 144 }
    /// Client port, destination port, ``TextMarks``: two bytes each.
    static var ports: Int { 152 }
    /// The lengths of the texts, two bytes each, in the order of ``SlotText``.
    static var textLengths: Int { 158 }
    static var texts: Int { 176 }
    /// The id of the tunnel around a request, behind the texts where ``TextMarks`` say so.
    static var tunnelBytes: Int { 16 }
    /// The shortest possible slot.
    static var bytesMin: Int { 176 }
    /// The room for a server name, where one may come: any legal one fits.
    static var serverNameRoom: Int { 256 }
    /// The room for a closing, the last of a slot whose exchange was allowed.
    static var closingRoom: Int { 8 }
}

/// What is noted about the texts of a slot: one bit for each that was cut, in the order of
/// ``SlotText``, and the topmost two.
enum TextMarks {
    /// Segments of the path were replaced; what was built for earlier versions passes over it.
    static var isRedacted: UInt16 { 1 << 14 }
    /// The id of a tunnel follows the texts.
    static var hasTunnel: UInt16 { 1 << 15 }
}

/// What the byte says that tells of a server name.
enum ServerNameMark {
    static var none: UInt8 { 0 }
    /// The greatest length of a name in the room; the values up to here are lengths.
    static var lengthMax: Int { 253 }
    /// The room holds the first ``lengthMax`` bytes of a longer one.
    static var cut: UInt8 { 254 }
    /// It is the host, whose text stands in the slot already.
    static var host: UInt8 { 255 }

    /// How many bytes of the room are in use.
    static func length(_ mark: UInt8) -> Int {
        switch mark {
        case host: 0
        case cut: lengthMax
        default: Int(mark)
        }
    }
}

/// The texts at the end of a slot, in their order there.
enum SlotText: Int, CaseIterable {
    case identity, claimedAgentID, credentialID, host, method, policyID, wouldPolicyID
    case bundleRevision, path

    /// The name of the field in an event.
    var fieldName: String {
        switch self {
        case .identity: "agent_id"
        case .claimedAgentID: "claimed_agent_id"
        case .credentialID: "credential_id"
        case .host: "destination_host"
        case .method: "http_method"
        case .policyID: "policy_id"
        case .wouldPolicyID: "would_policy_id"
        case .bundleRevision: "bundle_revision"
        case .path: "path"
        }
    }

    /// The greatest length in the slot; what is longer is cut and marked.
    ///
    /// The path has what the others leave.
    var bytesMax: Int {
        switch self {
        case .identity: 4 + 4 * 63
        case .claimedAgentID, .method, .policyID, .wouldPolicyID: 64
        case .credentialID: 512
        case .host: 255
        case .bundleRevision: 128
        case .path: 8_192
        }
    }
}

/// What the header says about the whole segment; zero while it is in use.
enum SealState {
    /// All slots are concluded or void.
    static var sealed: UInt32 { 1 }
    /// That, and all of it is on the disk or was recovered: recovery may pass it over.
    static var durable: UInt32 { 2 }
}

/// What has become of a slot.
enum SlotState {
    /// The exchange is under way.
    static var open: UInt32 { 1 }
    /// The exchange has ended; the outcome is valid.
    static var concluded: UInt32 { 2 }
    /// No event here: it lives on in another slot, or never began.
    static var void: UInt32 { 3 }
    /// A copy of an open slot elsewhere that counts as soon as the other is void.
    static var arriving: UInt32 { 4 }
}
