// How long a message's body is: the one question whose wrong answer is request smuggling.

/// The framing of a message's content (RFC 9112 section 6.3).
public enum BodyLength: Equatable, Sendable, BitwiseCopyable {
    /// No content, and no field about it.
    case none
    /// As many bytes as `Content-Length` says; may be zero.
    case fixed(UInt64)
    /// The chunked transfer coding.
    case chunked
    /// Everything until the connection ends. Responses only.
    case untilClose
}

/// The greatest `Content-Length` that is believed: above it, sums could wrap around.
let contentLengthMax: UInt64 = 1 << 62
