// The name of an open socket. Functions pass names, not references: a name cannot keep a
// closed connection alive, and a stale one is caught by the table's generation.

/// A file descriptor number, without ownership.
public struct Descriptor: Equatable, Hashable, Sendable, BitwiseCopyable {
    /// The number; negative for none.
    public let number: Int32

    /// Names a descriptor.
    @inlinable
    public init(_ number: Int32) {
        self.number = number
    }

    /// No descriptor.
    @inlinable
    public static var none: Descriptor { Descriptor(-1) }

    /// Whether this names a descriptor at all.
    @inlinable
    public var isSome: Bool { number >= 0 }

    /// The number as an index into tables.
    @inlinable
    public var index: Int { Int(number) }
}

/// What one read, write or splice did.
public enum IOResult: Equatable, Sendable {
    /// That many bytes moved; at least one.
    case moved(Int)
    /// Nothing could move now; an event will tell when.
    case wouldBlock
    /// The other side will send no more.
    case ended
    /// The connection broke, with this `errno`.
    case failed(Int32)
}
