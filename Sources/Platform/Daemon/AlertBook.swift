// Which alerts are said and which only counted: each kind at most once a minute, with the number of
// times it happened since, so that an attack on a daemon is no attack on its log.

/// Counts alerts by kind.
public struct AlertBook<Kind: Hashable & Sendable>: Sendable {
    private struct Entry {
        var lastSaid: Int64?
        var unsaid: UInt64 = 0
        var total: UInt64 = 0
    }

    private static var quietMilliseconds: Int64 { 60_000 }
    private var entries: [Kind: Entry] = [:]

    /// Nothing was raised yet.
    public init() {}

    /// Counts an alert.
    ///
    /// - Parameter now: milliseconds of a clock that never goes back.
    /// - Returns: how many of the kind were not said since the last one that was, if this one is
    ///   to be said.
    public mutating func raise(_ kind: Kind, at now: Int64) -> UInt64? {
        var entry = entries[kind] ?? Entry()
        defer { entries[kind] = entry }
        entry.total += 1
        if let last = entry.lastSaid, now - last < Self.quietMilliseconds {
            entry.unsaid += 1
            return nil
        }
        let unsaid = entry.unsaid
        entry.lastSaid = now
        entry.unsaid = 0
        return unsaid
    }

    /// How often a kind was raised, said or not.
    public func total(_ kind: Kind) -> UInt64 { entries[kind]?.total ?? 0 }
}
