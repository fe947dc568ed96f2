// From an input to segment files. A file's header is a page and its parts are under checksums,
// which no mutation gets right; so an input describes headers in ten bytes, and a checksum of
// zero stands for the right one. This is written from the format and not with the product's
// writer, so the two hold each other to it.

import ClawgressBytes

/// Files of segments described by an input.
///
/// Each segment is ten bytes and as many bytes of slots as the last two of them say:
///
/// | byte | meaning |
/// |---|---|
/// | 0, 1 | worker (of three), boot (of two) |
/// | 2 | seal in the low two bits; 4: wrong checksum; 8: another number; 16: space behind; 32: version 2, 64: version 3, both: version 4; 128: the last number is not under its checksum |
/// | 3 | last sequence number: from 250 on counted down from the greatest |
/// | 4, 5, 6 | lost events: allowed, denied, rate limited; counted down likewise |
/// | 7 | the time of the lost events |
/// | 8, 9 | length of the slots, little-endian |
enum SegmentText {
    private static let magic = Array("CLGSPOOL".utf8)
    private static let segmentsMax = 4

    /// The content of the segment files 1, 2, ….
    static func files(_ input: [UInt8]) -> [[UInt8]] {
        if input.starts(with: magic) { return [input] }
        var files: [[UInt8]] = []
        var rest = input[...]
        while files.count < segmentsMax, rest.count >= 10 {
            let description = Array(rest.prefix(10))
            let length = Int(description[8]) | Int(description[9]) << 8
            let slots = rest.dropFirst(10).prefix(length)
            rest = rest.dropFirst(10 + length)
            let number = UInt64(files.count + 1)
            let space = [UInt8](repeating: 0, count: description[2] & 16 == 0 ? 0 : 512)
            files.append(header(description, number) + SlotText.withChecksums(Array(slots)) + space)
        }
        return files
    }

    private static func header(_ description: [UInt8], _ number: UInt64) -> [UInt8] {
        let version = UInt32(1 + description[2] >> 5 & 3)
        var page = magic + little(version) + little(UInt32(description[0] % 3))
        page += little(UInt64(0xB007)) + little(UInt64(description[1] % 2))
        page += little(description[2] & 8 == 0 ? number : number + 1)
        page += little(UInt64(1_800_000_000_000_000)) + [4] + Array("gw-1".utf8)
        page += [UInt8](repeating: 0, count: 124 - page.count)
        page += little(page.span.crc32c() ^ (description[2] & 4 == 0 ? 0 : 1))
        page += little(UInt64(description[2] & 3))
        for count in description[4...6] { page += little(extreme(count)) }
        page += little(UInt64(description[7])) + little(UInt64(description[7]))
        page += little(extreme(description[3]))
        let sound = page.span.extracting(176..<184).crc32c(seed: checksum(of: page))
        page += little(description[2] & 192 == 64 ? sound : 0)
        return page + [UInt8](repeating: 0, count: 4_096 - page.count)
    }

    private static func checksum(of page: [UInt8]) -> UInt32 {
        page.span.load(littleEndian: UInt32.self, at: 124)
    }

    /// Small numbers, and the greatest ones.
    private static func extreme(_ byte: UInt8) -> UInt64 {
        byte < 250 ? UInt64(byte) : .max - UInt64(255 - byte)
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}

/// Slots as they lie in a file.
enum SlotText {
    /// Fills in the checksums that are zero, slot by slot, as far as lengths make sense.
    static func withChecksums(_ slots: [UInt8]) -> [UInt8] {
        var slots = slots
        var start = 0
        while start + 96 <= slots.count {
            let stored = slots.span.load(littleEndian: UInt32.self, at: start)
            let isRecord = stored & 1 == 1
            let length = Int(stored & ~1)
            guard length >= (isRecord ? 96 : 176), length % 8 == 0, length <= slots.count - start
            else { break }
            if isRecord {
                let content = Array(slots[(start + 12)..<(start + length)])
                fill(&slots, at: start + 8, with: content.span.crc32c(seed: stored))
                start += length
                continue
            }
            let intent = Array(slots[(start + 88)..<(start + length)])
            fill(&slots, at: start + 8, with: intent.span.crc32c(seed: UInt32(length)))
            let seed = slots.span.load(littleEndian: UInt32.self, at: start + 8)
            let outcome = Array(slots[(start + 16)..<(start + 88)])
            fill(&slots, at: start + 12, with: outcome.span.crc32c(seed: seed))
            start += length
        }
        return slots
    }

    private static func fill(_ slots: inout [UInt8], at place: Int, with checksum: UInt32) {
        guard slots[place..<(place + 4)].allSatisfy({ $0 == 0 }) else { return }
        for index in 0..<4 {
            slots[place + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index)))
        }
    }
}
