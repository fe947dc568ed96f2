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
        let (places, end) = places(content, atMost: count)
        guard end == content.count, places.count == count else { throw .wrongCount }
        return places.map { Array(content[$0]) }
    }

    /// Where the entries of a file are, without those behind the first `count`, and without one
    /// that is cut off.
    ///
    /// - Returns: their places, and where the last of them ends.
    public static func places(
        _ content: [UInt8],
        atMost count: Int
    ) -> (entries: [Range<Int>], end: Int) {
        var places: [Range<Int>] = []
        places.reserveCapacity(count)
        var position = 0
        while places.count < count, position + 2 <= content.count {
            let length = Int(content[position]) << 8 | Int(content[position + 1])
            let start = position + 2
            guard length <= content.count - start else { break }
            position = start + length
            places.append(start..<position)
        }
        return (places, position)
    }
}
