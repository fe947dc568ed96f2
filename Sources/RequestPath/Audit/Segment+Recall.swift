// Reading an open slot back: what was recorded when an exchange was allowed is all that it takes
// to decide about it again, so nothing else has to remember it while the exchange is open.

import ClawgressBytes
public import ClawgressModel

/// What an open slot says about its exchange; texts are ranges of the buffer that got them.
public struct RecalledExchange: Sendable {
    /// How identity was proved.
    public let authentication: AuthenticationType
    /// How the request is carried.
    public let requestProtocol: RequestProtocol
    /// The destination's port.
    public let destinationPort: UInt16
    /// The proven agent's id.
    public let agentID: Range<Int>
    /// The credential's public name.
    public let credentialID: Range<Int>
    /// The destination's name or address.
    public let host: Range<Int>
    /// The method, as sent.
    public let method: Range<Int>
    /// The path as it was recorded, without a query; empty for a tunnel.
    ///
    /// It is the one that was asked for unless segments of it were replaced.
    public let path: Range<Int>
}

extension Segment {
    /// Reads the open slot at `start` and appends its texts to `out`.
    ///
    /// - Returns: nil if a text that a decision needs is not there as a whole: it was cut when
    ///   the slot was written, or `out` has no room for it.
    func recall(at start: Int, into out: inout ByteBuffer) -> RecalledExchange? {
        let bytes = file.bytes
        guard let lengths = TextLengths(bytes, at: start),
            let intent = SpoolIntent(bytes, at: start)
        else { return nil }
        var places = RecalledTexts()
        var place = start + SlotLayout.texts
        for text in SlotText.allCases {
            let stored = place..<place + lengths[text]
            place = stored.upperBound
            guard text.isRecalled else { continue }
            let whole = text == .path ? Self.path(bytes, stored) : stored
            // Where there is a query, the path in front of it is whole even if the text is not.
            guard whole.count < stored.count || !lengths.isCut(text) else { return nil }
            let first = out.count
            out.append(bytes, whole)
            places.note(text, first..<out.count)
        }
        guard !out.overflowed, let agentID = places.agentID(in: out.bytes) else { return nil }
        return RecalledExchange(
            authentication: intent.authentication,
            requestProtocol: intent.requestProtocol,
            destinationPort: intent.destinationPort,
            agentID: agentID,
            credentialID: places.credentialID,
            host: places.host,
            method: places.method,
            path: places.path
        )
    }
}

extension Segment {
    /// The part in front of a query: a canonical path has no question mark.
    private static func path(_ bytes: Span<UInt8>, _ stored: Range<Int>) -> Range<Int> {
        let mark = bytes.extracting(stored).firstIndex(of: UInt8(ascii: "?"))
        return mark.map { stored.lowerBound..<stored.lowerBound + $0 } ?? stored
    }
}

/// Where the texts of one slot were put.
private struct RecalledTexts {
    private var identity = 0..<0
    private(set) var credentialID = 0..<0
    private(set) var host = 0..<0
    private(set) var method = 0..<0
    private(set) var path = 0..<0

    mutating func note(_ text: SlotText, _ range: Range<Int>) {
        switch text {
        case .identity: identity = range
        case .credentialID: credentialID = range
        case .host: host = range
        case .method: method = range
        case .path: path = range
        default: break
        }
    }

    /// The first of the four identity fields behind their lengths; nil if identity was not proven.
    func agentID(in bytes: Span<UInt8>) -> Range<Int>? {
        guard identity.count > 4 else { return nil }
        let first = identity.lowerBound + 4
        let length = Int(bytes[identity.lowerBound])
        guard length > 0, length <= identity.upperBound - first else { return nil }
        return first..<first + length
    }
}

extension SlotText {
    /// Whether a decision needs the text.
    fileprivate var isRecalled: Bool {
        switch self {
        case .identity, .credentialID, .host, .method, .path: true
        default: false
        }
    }
}
