// What a sender needs of the spool that it ships. Spools differ in which segment they must keep.

public import ClawgressAudit

/// A spool whose records are shipped.
public protocol ShippedSpool: Sendable {
    /// The folder of its segments.
    nonisolated var path: String { get }

    /// Deletes segments, all of whose records are in the log, if the spool can do without them.
    ///
    /// - Returns: the numbers of those that are gone.
    func acknowledge(_ numbers: [UInt64]) async throws(SpoolError) -> [UInt64]

    /// Brings what segments hold now to the disk, and waits for it.
    nonisolated func synchronise(_ numbers: [UInt64]) throws(SpoolError)

    /// Bytes that all segments take now.
    nonisolated func bytes() throws(SpoolError) -> Int
}

extension SpoolFolder: ShippedSpool {}

extension AdminSpool: ShippedSpool {}
