// Names whose addresses the operator fixed. They skip the name server and nothing else: every
// address is classified like any other.

public import ClawgressBytes
public import ClawgressModel

/// Fixed addresses of names, looked up by the bytes of a canonical host.
public struct StaticHosts: Sendable {
    private struct Entry {
        let hash: UInt64
        let name: [UInt8]
        let addresses: [IPAddress]
    }

    /// Open addressing, at most half full; 0 stands for an empty place.
    ///
    /// Apart from the entries, because looking at an entry counts references.
    private let hashes: [UInt64]
    private let entries: [Entry]
    private let hash: KeyedHash

    /// Prepares the operator's table.
    ///
    /// - Throws: ``SnapshotProblem`` about a name or address that is none.
    public init(_ table: [String: [String]], hash: KeyedHash) throws(SnapshotProblem) {
        self.hash = hash
        guard !table.isEmpty else {
            hashes = []
            entries = []
            return
        }
        var size = 4
        while size < table.count * 2 { size *= 2 }
        var slots = [Entry](repeating: Entry(hash: 0, name: [], addresses: []), count: size)
        for (name, texts) in table.sorted(by: { $0.key < $1.key }) {
            let entry = try Self.entry(name, texts, hash)
            var place = Int(truncatingIfNeeded: entry.hash) & (size - 1)
            while !slots[place].name.isEmpty { place = (place + 1) & (size - 1) }
            slots[place] = entry
        }
        hashes = slots.map(\.hash)
        entries = slots
    }

    private static func entry(
        _ name: String,
        _ texts: [String],
        _ hash: KeyedHash
    ) throws(SnapshotProblem) -> Entry {
        var out = ByteBuffer(capacity: 320)
        let bytes = Array(name.utf8)
        let parsed = try? AuthorityParser.parseHost(bytes.span, into: &out)
        guard parsed?.kind == .name else {
            throw SnapshotProblem("static host `\(name)` is no host name")
        }
        var addresses: [IPAddress] = []
        for text in texts {
            guard let address = IPAddress(text) else {
                throw SnapshotProblem("static host `\(name)`: `\(text)` is no address")
            }
            addresses.append(address)
        }
        guard !addresses.isEmpty else {
            throw SnapshotProblem("static host `\(name)` has no address")
        }
        let canonical = out.bytes.array()
        return Entry(hash: hash.hash(canonical.span) | 1, name: canonical, addresses: addresses)
    }

    /// The fixed addresses of `host`, or nil if it has none.
    public func addresses(of host: Span<UInt8>) -> [IPAddress]? {
        guard !hashes.isEmpty else { return nil }
        let wanted = hash.hash(host) | 1
        let hashes = self.hashes.span
        let entries = self.entries.span
        let mask = hashes.count - 1
        var place = Int(truncatingIfNeeded: wanted) & mask
        while hashes[place] != 0 {
            if hashes[place] == wanted, entries[place].name.span.equals(host) {
                return entries[place].addresses
            }
            place = (place + 1) & mask
        }
        return nil
    }
}
