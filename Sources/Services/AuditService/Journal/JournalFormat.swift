// The bytes of a journal file. What is acknowledged is in the journal first: groups of entries,
// each written at once and synchronised before the next one is begun. So an invalid group is
// what a crash left of the last one, which nobody was told about, or a damaged disk: it was the
// last one exactly if no valid group stands behind it.

import ClawgressBytes

/// How journal files are written.
///
/// A file is a head (magic, the first entry's index, CRC-32C) and groups. A group is a head
/// (magic, the first entry's index, the number of entries, the length of what follows, CRC-32C of
/// what follows continued from these, CRC-32C of the head) and the entries, each behind its
/// length in two bytes. Integers are little-endian. Behind the last group are zeros.
enum JournalFormat {
    static var fileMagic: [UInt8] { Array("CLWGJNL1".utf8) }
    /// Bytes that stand in no entry, because an entry is UTF-8 without control characters: a group
    /// is found by it also behind bytes that make no sense.
    static var groupMagic: [UInt8] { [0xFF, 0x00, 0xFE, 0x01] + Array("GRP1".utf8) }

    static var fileHeadBytes: Int { 20 }
    static var groupHeadBytes: Int { 32 }
    /// The length in front of an entry.
    static var entryHeadBytes: Int { 2 }

    static func fileHead(first: Int) -> [UInt8] {
        var head = fileMagic
        append(UInt64(first), to: &head)
        append(head.span.crc32c(), to: &head)
        return head
    }

    /// The index of a file's first entry; nil if the bytes are no head.
    static func first(inHead bytes: Span<UInt8>) -> Int? {
        guard bytes.count >= fileHeadBytes,
            bytes.extracting(0..<8).equals(fileMagic.span),
            bytes.extracting(0..<16).crc32c() == bytes.load(littleEndian: UInt32.self, at: 16)
        else { return nil }
        return Int(exactly: bytes.load(littleEndian: UInt64.self, at: 8))
    }

    static func group(_ entries: [[UInt8]], first: Int) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(entries.reduce(0) { $0 + $1.count + entryHeadBytes })
        for entry in entries {
            append(UInt16(entry.count), to: &content)
            content += entry
        }
        var group = groupMagic
        group.reserveCapacity(groupHeadBytes + content.count)
        append(UInt64(first), to: &group)
        append(UInt32(entries.count), to: &group)
        append(UInt32(content.count), to: &group)
        append(content.span.crc32c(seed: group.span.crc32c()), to: &group)
        append(group.span.crc32c(), to: &group)
        return group + content
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to out: inout [UInt8]) {
        for place in 0..<(Value.bitWidth / 8) {
            out.append(UInt8(truncatingIfNeeded: value >> Value(place * 8)))
        }
    }
}

/// One valid group in a file's bytes.
struct JournalGroup {
    /// The index of its first entry.
    let first: Int
    /// Where each entry is.
    let entries: [Range<Int>]
    /// Where it ends.
    let end: Int

    /// Reads the group at `offset`; nil if no whole and valid one is there.
    init?(in bytes: Span<UInt8>, at offset: Int) {
        let start = offset + JournalFormat.groupHeadBytes
        guard start <= bytes.count else { return nil }
        let head = bytes.extracting(offset..<start)
        guard head.extracting(0..<8).equals(JournalFormat.groupMagic.span),
            head.extracting(0..<28).crc32c() == head.load(littleEndian: UInt32.self, at: 28),
            let first = Int(exactly: head.load(littleEndian: UInt64.self, at: 8))
        else { return nil }
        let count = Int(head.load(littleEndian: UInt32.self, at: 16))
        let length = Int(head.load(littleEndian: UInt32.self, at: 20))
        guard length <= bytes.count - start else { return nil }
        let content = bytes.extracting(start..<start + length)
        let seed = head.extracting(0..<24).crc32c()
        guard content.crc32c(seed: seed) == head.load(littleEndian: UInt32.self, at: 24) else {
            return nil
        }
        var entries: [Range<Int>] = []
        var place = 0
        while place < length {
            guard length - place >= JournalFormat.entryHeadBytes else { return nil }
            let size = Int(content.load(littleEndian: UInt16.self, at: place))
            place += JournalFormat.entryHeadBytes
            guard size <= length - place else { return nil }
            entries.append(start + place..<start + place + size)
            place += size
        }
        guard entries.count == count else { return nil }
        self.first = first
        self.entries = entries
        end = start + length
    }
}
