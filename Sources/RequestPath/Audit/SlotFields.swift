// The packed words of a slot, each with its way in and out side by side.

import ClawgressBytes
import ClawgressModel

/// The lengths of a slot's texts after cutting, packed as they lie in the slot.
struct TextLengths: BitwiseCopyable {
    /// The length of the first text; it shares a word with the ports.
    private(set) var first: UInt16 = 0
    /// The lengths of texts 1 to 4 and 5 to 8.
    private(set) var low: UInt64 = 0
    private(set) var high: UInt64 = 0
    /// ``TextMarks``.
    private(set) var marks: UInt16 = 0
    /// The sum, with what else stands behind the texts from the beginning on.
    private(set) var total = 0

    @inline(__always)
    init(_ texts: borrowing SpoolTexts, hasTunnel: Bool, isRedacted: Bool) {
        add(texts.identity.count, .identity)
        add(texts.claimedAgentID.count, .claimedAgentID)
        add(texts.credentialID.count, .credentialID)
        add(texts.host.count, .host)
        add(texts.method.count, .method)
        add(texts.policyID.count, .policyID)
        add(texts.wouldPolicyID.count, .wouldPolicyID)
        add(texts.bundleRevision.count, .bundleRevision)
        add(texts.path.count, .path)
        if isRedacted { marks |= TextMarks.isRedacted }
        if hasTunnel {
            marks |= TextMarks.hasTunnel
            total += SlotLayout.tunnelBytes
        }
    }

    /// Reads the lengths of the slot at `start`; nil if they cannot be right.
    init?(_ bytes: Span<UInt8>, at start: Int) {
        marks = bytes.load(littleEndian: UInt16.self, at: start + SlotLayout.ports + 4)
        for text in SlotText.allCases {
            let place = start + SlotLayout.textLengths + 2 * text.rawValue
            let length = Int(bytes.load(littleEndian: UInt16.self, at: place))
            guard length <= text.bytesMax else { return nil }
            put(length, text)
        }
        if marks & TextMarks.hasTunnel != 0 { total += SlotLayout.tunnelBytes }
    }

    /// Where the id of the tunnel stands, counted from the beginning of the slot; nil if there is
    /// none.
    var tunnelPlace: Int? {
        guard marks & TextMarks.hasTunnel != 0 else { return nil }
        return SlotLayout.texts + total - SlotLayout.tunnelBytes
    }

    /// Whether segments of the path were replaced before it was written.
    var isRedacted: Bool { marks & TextMarks.isRedacted != 0 }

    /// Whether the text is shorter in the slot than it was.
    func isCut(_ text: SlotText) -> Bool { marks &>> UInt16(text.rawValue) & 1 == 1 }

    subscript(text: SlotText) -> Int {
        let index = UInt64(text.rawValue)
        if index == 0 { return Int(first) }
        let word = index <= 4 ? low : high
        return Int(word &>> (((index &- 1) & 3) &* 16) & 0xFFFF)
    }

    @inline(__always)
    private mutating func add(_ count: Int, _ text: SlotText) {
        let cut = min(count, text.bytesMax)
        if cut < count { marks |= 1 &<< UInt16(text.rawValue) }
        put(cut, text)
    }

    @inline(__always)
    private mutating func put(_ length: Int, _ text: SlotText) {
        let index = UInt64(text.rawValue)
        let bits = UInt64(length) &<< (((index &- 1) & 3) &* 16)
        if index == 0 {
            first = UInt16(length)
        } else if index <= 4 {
            low |= bits
        } else {
            high |= bits
        }
        total += length
    }
}

/// The small fields of an intent in one word.
enum IntentBits {
    static var noWouldDecision: UInt8 { 0xFF }

    static func pack(_ intent: SpoolIntent) -> UInt64 {
        let would = intent.wouldDecision.map { UInt64($0.rawValue) } ?? UInt64(noWouldDecision)
        let what =
            UInt64(intent.decision.rawValue) | UInt64(intent.reason.rawValue) &<< 8
            | UInt64(intent.quota.rawValue) &<< 16 | UInt64(intent.authentication.rawValue) &<< 24
        let how =
            UInt64(intent.requestProtocol.rawValue) | UInt64(intent.scheme.rawValue) &<< 8
            | would &<< 16 | (intent.clientAddress.isV4 ? 4 : 6) &<< 24
        return what | how &<< 32
    }

    /// Whether all fields of the slot at `start` have values that this version knows.
    static func areValid(_ bytes: Span<UInt8>, at start: Int) -> Bool {
        let base = start + SlotLayout.intentBits
        let would = bytes[base + 6]
        return Decision(rawValue: bytes[base]) != nil && Reason(rawValue: bytes[base + 1]) != nil
            && QuotaApplied(rawValue: bytes[base + 2]) != nil
            && AuthenticationType(rawValue: bytes[base + 3]) != nil
            && RequestProtocol(rawValue: bytes[base + 4]) != nil
            && DestinationScheme(rawValue: bytes[base + 5]) != nil
            && (would == noWouldDecision || Decision(rawValue: would) != nil)
            && (bytes[base + 7] == 4 || bytes[base + 7] == 6)
    }
}

/// The small fields of an outcome in one word.
enum OutcomeBits {
    static func pack(_ outcome: SpoolOutcome, _ serverName: UInt8) -> UInt64 {
        let family: UInt64 = outcome.address.map { $0.isV4 ? 4 : 6 } ?? 0
        let what =
            family | UInt64(outcome.outcome.rawValue) &<< 8
            | UInt64(outcome.reason.rawValue) &<< 16 | UInt64(outcome.decision.rawValue) &<< 24
        let how = UInt64(outcome.status) | UInt64(outcome.attempts) &<< 16
        return what | how &<< 32 | UInt64(serverName) &<< 56
    }

    /// The serial and the reason of a closing in one word; 0 for none.
    ///
    /// A serial that needs more than the lower 56 bits could not be written as JSON either.
    static func pack(_ closing: Closing?) -> UInt64 {
        guard let closing else { return 0 }
        return UInt64(closing.reason.rawValue) &<< serialBits
            | UInt64(bitPattern: closing.serial) & serialMask
    }

    /// The closing in a word; nil for none, and for a reason that this version does not know.
    static func closing(_ word: UInt64) -> Closing? {
        guard word != 0, let reason = Reason(rawValue: UInt8(word &>> serialBits)) else {
            return nil
        }
        return Closing(serial: Int64(word & serialMask), reason: reason)
    }

    private static var serialBits: UInt64 { 56 }
    private static var serialMask: UInt64 { (1 &<< serialBits) &- 1 }

    /// Whether all fields of the slot at `start` have values that this version knows.
    static func areValid(_ bytes: Span<UInt8>, at start: Int) -> Bool {
        let base = start + SlotLayout.outcomeBits
        return [0, 4, 6].contains(bytes[base]) && Outcome(rawValue: bytes[base + 1]) != nil
            && Reason(rawValue: bytes[base + 2]) != nil
            && Decision(rawValue: bytes[base + 3]) != nil
    }
}

extension GapCounts {
    /// Reads the counts of a segment's header page.
    init(_ bytes: Span<UInt8>) {
        self.init(
            allow: bytes.load(littleEndian: UInt64.self, at: HeaderLayout.gapAllow),
            deny: bytes.load(littleEndian: UInt64.self, at: HeaderLayout.gapDeny),
            rateLimit: bytes.load(littleEndian: UInt64.self, at: HeaderLayout.gapRateLimit),
            first: bytes.load(littleEndian: Int64.self, at: HeaderLayout.gapFirst),
            last: bytes.load(littleEndian: Int64.self, at: HeaderLayout.gapLast)
        )
    }

    /// Adds one lost event.
    mutating func add(_ decision: Decision, at timestamp: Int64) {
        if isEmpty { first = timestamp }
        last = timestamp
        switch decision {
        case .allow: allow += 1
        case .deny: deny += 1
        case .rateLimit: rateLimit += 1
        }
    }
}
