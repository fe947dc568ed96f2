// Entries as they lie in a file: each behind its length, so that a file needs no index.

/// Why a file of entries is none.
public enum EntryBundleError: Error, Equatable {
    /// An entry is longer than two bytes of length can say.
    case entryTooLong(bytes: Int)
    /// The file ends within an entry, or has more or fewer than its name says.
    case wrongCount
}

/// Up to 256 entries (C2SP tlog-tiles, "Log entries").
public enum EntryBundle {
    /// The greatest length of an entry.
    public static var entryBytesMax: Int { 65_535 }

    /// Appends an entry to the content of a file.
    public static func append(
        _ entry: [UInt8],
        to content: inout [UInt8]
    ) throws(EntryBundleError) {
        guard entry.count <= entryBytesMax else { throw .entryTooLong(bytes: entry.count) }
        content.append(UInt8(entry.count >> 8))
        content.append(UInt8(entry.count & 0xFF))
        content += entry
    }

    /// The entries of a file that has `count` of them.
    public static func entries(
        _ content: [UInt8],
        count: Int
    ) throws(EntryBundleError) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var rest = content[...]
        while rest.count >= 2, entries.count < count {
            let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            rest = rest.dropFirst(2)
            guard rest.count >= length else { throw .wrongCount }
            entries.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        guard rest.isEmpty, entries.count == count else { throw .wrongCount }
        return entries
    }
}
