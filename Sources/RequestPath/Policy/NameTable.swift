// Names are looked up in every decision, so this table is laid out for the cache: entries of
// one bucket stand side by side, all buckets end to end, and a small directory says where each
// begins. The hash is keyed, so agents cannot prepare names that share a bucket.

import ClawgressBytes

/// A table from a name to its node.
struct NameTable: Sendable {
    private struct Entry: BitwiseCopyable {
        let tag: UInt32
        let nameStart: Int32
        let node: Node
        let nameCount: UInt8

        var name: Range<Int> { Int(nameStart)..<(Int(nameStart) + Int(nameCount)) }
    }

    /// Where each bucket begins; one more than there are buckets.
    private var starts: [UInt32]
    private var entries: [Entry] = []
    private let mask: Int

    /// Files the nodes of names, which differ and stand in `text`.
    init(_ filed: [(name: FlatRange, node: Node)], text: FlatText, hash: KeyedHash) {
        let size = tableSize(for: filed.count) / 2
        mask = size - 1
        starts = Array(repeating: 0, count: size + 1)
        let bytes = text.bytes.span
        var buckets: [(bucket: Int, entry: Entry)] = []
        for (name, node) in filed {
            let key = hash.hash(bytes.extracting(name.indices))
            let entry = Entry(
                tag: Self.tag(key),
                nameStart: name.start,
                node: node,
                nameCount: UInt8(truncatingIfNeeded: name.count)
            )
            buckets.append((Int(truncatingIfNeeded: key) & mask, entry))
        }
        buckets.sort { $0.bucket < $1.bucket }
        entries = buckets.map(\.entry)
        for (bucket, _) in buckets { starts[bucket + 1] += 1 }
        for bucket in 0..<size { starts[bucket + 1] += starts[bucket] }
    }

    /// The node of `name`; an empty one if there is none.
    func find(_ name: Span<UInt8>, hash: KeyedHash, text: Span<UInt8>) -> Node {
        let starts = self.starts.span
        let entries = self.entries.span
        let key = hash.hash(name)
        let tag = Self.tag(key)
        let bucket = Int(truncatingIfNeeded: key) & mask
        for place in Int(starts[bucket])..<Int(starts[bucket + 1]) {
            let entry = entries[place]
            if entry.tag == tag, text.extracting(entry.name).isSame(as: name) {
                return entry.node
            }
        }
        return .empty
    }

    private static func tag(_ key: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: key >> 32)
    }
}

extension Span<UInt8> {
    /// Whether both hold the same bytes, eight a step.
    func isSame(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard count >= 8 else { return equals(other) }
        var offset = 0
        while offset <= count - 8 {
            if word(at: offset) != other.word(at: offset) { return false }
            offset += 8
        }
        // The last word may overlap the one before; that is cheaper than a loop over bytes.
        return word(at: count - 8) == other.word(at: count - 8)
    }
}
