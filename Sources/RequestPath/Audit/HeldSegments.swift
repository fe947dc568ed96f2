// The full segments that long exchanges keep open: few, found by number.

import ClawgressBytes

/// A bounded set of segments of one writer.
struct HeldSegments: ~Copyable {
    /// How many segments a writer keeps mapped beside its newest.
    static var countMax: Int { 64 }

    private var segments = InlineArray<64, Segment?> { _ in nil }
    /// The segments' numbers, so that a search reads 512 bytes and not all segments; 0 = none.
    private var numbers = InlineArray<64, UInt64>(repeating: 0)

    init() {}

    /// Where a segment is.
    func index(of number: UInt64) -> Int? {
        for index in 0..<Self.countMax where numbers[index] == number { return index }
        return nil
    }

    /// Concludes a slot in one of them.
    mutating func conclude(
        _ index: Int,
        at offset: Int,
        _ outcome: SpoolOutcome,
        serverName: Span<UInt8>,
        sequence: UInt64
    ) {
        segments[index]?.conclude(
            at: offset,
            outcome,
            serverName: serverName,
            sequence: sequence
        )
    }

    /// Reads an open slot of one of them back.
    func recall(_ index: Int, at offset: Int, into out: inout ByteBuffer) -> RecalledExchange? {
        segments[index]?.recall(at: offset, into: &out)
    }

    /// Takes a segment out if nothing is open in it any more.
    mutating func removeIfConcluded(_ index: Int) -> Segment? {
        guard let open = segments[index]?.openCount, open == 0 else { return nil }
        return remove(index)
    }

    /// Adds a segment, in place of the one with the lowest number if there is no room.
    ///
    /// - Returns: the segment that had to leave.
    mutating func insert(_ segment: consuming Segment) -> Segment? {
        var index = 0
        for other in 0..<Self.countMax where numbers[other] < numbers[index] { index = other }
        let displaced = numbers[index] == 0 ? nil : remove(index)
        numbers[index] = segment.number
        segments[index] = consume segment
        return displaced
    }

    private mutating func remove(_ index: Int) -> Segment? {
        numbers[index] = 0
        return segments[index].take()
    }
}
