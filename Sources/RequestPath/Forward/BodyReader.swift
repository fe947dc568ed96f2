// Follows a message's content to its end, however it is cut into reads. A byte too few or too
// many would be the head of somebody's next request.

import ClawgressBytes
public import ClawgressModel

/// The progress within one message's content (RFC 9112 sections 6 and 7).
///
/// Chunked content is held to the letter of the grammar, because it is forwarded as it is: no
/// white space, no bare line feeds, bounded extensions and trailers. After an error the reader
/// is of no further use, and neither is the connection.
public struct BodyReader: Sendable, BitwiseCopyable {
    enum State: UInt8 {
        case complete, fixed, untilClose
        case chunk, chunkEnd, chunkEndFeed
        case size, sizeFeed
        case extensionStart, extensionName, valueStart, value, quoted, escaped, quotedEnd
        case trailerStart, trailerName, trailerValue, trailerFeed, lastFeed
    }

    /// The greatest number of bytes of one chunk's extensions.
    static var extensionBytesMax: Int { 256 }
    /// The greatest number of bytes of a trailer section.
    static var trailerBytesMax: Int { 16_384 }

    var state: State
    /// How many digits of a size were read.
    var digits: UInt8 = 0
    /// How many bytes of extensions or of trailers were read.
    var line: UInt16 = 0
    /// Bytes of payload left, the size as far as it was read, or the hash of a trailer's name.
    var number: UInt64 = 0

    /// Begins to read content of that length.
    public init(_ length: BodyLength) {
        switch length {
        case .none:
            state = .complete
        case .fixed(let count):
            state = count == 0 ? .complete : .fixed
            number = count
        case .chunked:
            state = .size
        case .untilClose:
            state = .untilClose
        }
    }

    /// Whether the whole message was read.
    public var isComplete: Bool { state == .complete }

    /// Notes that the sender closed its direction.
    ///
    /// - Returns: whether the message is complete; false means that it was cut off.
    public mutating func noteEnd() -> Bool {
        if state == .untilClose { state = .complete }
        return isComplete
    }

    /// Reads the next piece of `bytes[from..<to]`.
    ///
    /// - Throws: `chunkMalformed`, `trailerMalformed`.
    public mutating func advance(
        _ bytes: Span<UInt8>,
        from: Int,
        to: Int
    ) throws(Reason) -> BodyPiece {
        if isComplete { return .finished }
        let end = takePayload(from: from, to: to)
        if end > from { return .payload(from..<end) }
        return .framing(from..<(try readFraming(bytes, from: from, to: to)))
    }

    /// Reads on in `bytes[from..<to]` for forwarding it unchanged.
    ///
    /// - Returns: how many of the bytes belong to this message; fewer than given only if it is
    ///   complete.
    /// - Throws: `chunkMalformed`, `trailerMalformed`.
    public mutating func passThrough(
        _ bytes: Span<UInt8>,
        from: Int,
        to: Int
    ) throws(Reason) -> Int {
        var index = from
        while index < to, !isComplete {
            index = takePayload(from: index, to: to)
            index = try readFraming(bytes, from: index, to: to)
        }
        return index - from
    }

    /// Steps over payload; returns its end.
    private mutating func takePayload(from: Int, to: Int) -> Int {
        switch state {
        case .fixed, .chunk:
            let count = min(UInt64(to - from), number)
            number -= count
            if number == 0 { state = state == .fixed ? .complete : .chunkEnd }
            return from + Int(count)
        case .untilClose:
            return to
        default:
            return from
        }
    }
}
