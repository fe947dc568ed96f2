// The bounds of a head, as the parsers need them: a few words, copied once per snapshot.

public import ClawgressModel

/// Limits on one head.
public struct HeadLimits: Sendable, BitwiseCopyable {
    /// The greatest number of field lines.
    public var fieldCount: Int

    /// A limit of `fieldCount` field lines.
    @inlinable
    public init(fieldCount: Int) {
        self.fieldCount = fieldCount
    }

    /// The limits of a snapshot.
    @inlinable
    public init(_ limits: Limits) {
        fieldCount = limits.fieldCount
    }
}
