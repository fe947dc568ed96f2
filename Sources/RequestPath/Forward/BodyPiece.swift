// What a stretch of bytes is within a message's content.

/// A piece of a body, in order.
public enum BodyPiece: Equatable, Sendable {
    /// Content.
    case payload(Range<Int>)
    /// Chunk sizes, line ends and trailers. Empty if all bytes given were read before.
    case framing(Range<Int>)
    /// The message is complete; nothing was read.
    case finished
}
