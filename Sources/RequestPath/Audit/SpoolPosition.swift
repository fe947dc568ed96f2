// Where a reader of a spool stands, and the text in which a sender of records keeps it over a
// restart. Segments are known by number and boot: the numbers begin anew when a folder is empty.

import ClawgressBytes

/// Where a reader stands: hand it to a later reader to go on from there.
public struct SpoolPosition: Sendable, Equatable {
    var segments: [UInt64: SegmentPosition] = [:]

    /// The beginning of a spool.
    public init() {}

    /// Notes that a record before the position is not done with; see ``SpoolReader/hold(_:)``.
    public mutating func hold(_ place: SpoolPlace) {
        segments[place.segment]?.held.append(place.start)
    }

    /// Forgets segments that were deleted.
    public mutating func forget(_ numbers: [UInt64]) {
        for number in numbers { segments[number] = nil }
    }
}

/// What has been read of one segment.
struct SegmentPosition: Sendable, Equatable {
    /// The start of the gateway that wrote it.
    var bootID: BootID
    /// The first byte that was not looked at.
    var next = HeaderLayout.bytes
    /// Slots before that which were open when they were looked at.
    var open: [Int] = []
    /// The losses that were reported.
    var gap = GapCounts()
    /// Records that were read and are not done with; 0 is the gap record.
    var held: [Int] = []
    /// Whether its last byte was read, and nobody writes more.
    var isRead = false

    init(bootID: BootID) {
        self.bootID = bootID
    }
}

extension SpoolPosition {
    /// The greatest number of open slots that the text lists; beyond, what lies behind the first
    /// one of a segment is read once more.
    private static var openMax: Int { 65_536 }
    private static var title: String { "clawgress spool position 1" }

    /// The position as a text, with a checksum at its end.
    ///
    /// A reader that begins from it reads again what this one held.
    public var text: String {
        var lines = [Self.title]
        var room = Self.openMax
        for (number, segment) in segments.sorted(by: { $0.key < $1.key }) {
            lines.append(segment.line(number, &room))
        }
        let body = lines.joined(separator: "\n") + "\n"
        return body + "\(Self.checksum(body))\n"
    }

    /// Reads a text; nil if it is none, or not as it was written.
    public init?(text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, lines.removeLast().isEmpty, lines.first == Self.title[...]
        else { return nil }
        let checksum = lines.removeLast()
        let body = lines.joined(separator: "\n") + "\n"
        guard checksum == "\(Self.checksum(body))" else { return nil }
        for line in lines.dropFirst() {
            guard let (number, segment) = SegmentPosition.read(line) else { return nil }
            segments[number] = segment
        }
    }

    private static func checksum(_ body: String) -> UInt32 {
        Array(body.utf8).span.crc32c()
    }
}

extension SegmentPosition {
    /// Number, boot, next byte, the five words of the losses, open slots.
    fileprivate func line(_ number: UInt64, _ room: inout Int) -> String {
        var next = next
        var places = Set(open + held.filter { $0 > 0 }).sorted()
        if places.count > room, let first = places.first {
            next = first
            places = []
        }
        room -= places.count
        let gap = held.contains(0) ? GapCounts() : gap
        let words = [
            "\(number)", "\(bootID.high)", "\(bootID.low)", "\(next)", "\(gap.allow)",
            "\(gap.deny)", "\(gap.rateLimit)", "\(gap.first)", "\(gap.last)",
        ]
        return (words + places.map { "\($0)" }).joined(separator: " ")
    }

    fileprivate static func read(_ line: Substring) -> (UInt64, SegmentPosition)? {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 9 else { return nil }
        let numbers = (words[0..<3] + words[4..<7]).compactMap { UInt64($0) }
        let places = (words[3..<4] + words[9...]).compactMap { Int($0) }
        guard numbers.count == 6, places.count == words.count - 8,
            let first = Int64(words[7]), let last = Int64(words[8]),
            places.allSatisfy({ $0 >= HeaderLayout.bytes && $0 % SlotLayout.alignment == 0 })
        else { return nil }
        var position = SegmentPosition(bootID: BootID(high: numbers[1], low: numbers[2]))
        position.next = places[0]
        position.open = Array(places.dropFirst())
        position.gap = GapCounts(
            allow: numbers[3],
            deny: numbers[4],
            rateLimit: numbers[5],
            first: first,
            last: last
        )
        return (numbers[0], position)
    }
}
