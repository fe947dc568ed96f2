// Paths whose segments may be secrets, as patterns: which segments, and nothing about what is in
// them. A pattern is matched against the canonical path, like policies are.

import ClawgressBytes

/// A pattern of paths such as `/users/*/tokens/**`.
///
/// `*` stands for one whole segment, `**` at the end for all that follows, also for nothing. All
/// else is compared byte by byte; as with the prefixes of policies, parameters of a segment that
/// the pattern does not spell out are passed over, and so is one slash at the end of a path.
public struct PathPattern: Sendable, Equatable {
    /// The greatest length in bytes.
    public static var bytesMax: Int { 1_024 }
    /// The greatest number of segments.
    public static var segmentsMax: Int { 32 }

    /// The pattern in its one spelling, which is that of a canonical path.
    public let bytes: [UInt8]

    /// Reads a pattern; nil for what is no path, has no star, or one that is no whole segment.
    public init?(_ text: String) {
        let given = Array(text.utf8)
        guard given.first == Self.slash, given.count <= Self.bytesMax,
            !given.contains(UInt8(ascii: "?")), !given.contains(UInt8(ascii: "#"))
        else { return nil }
        var out = ByteBuffer(capacity: 4 * Self.bytesMax)
        guard (try? CanonicalPath.append(given.span, into: &out)) != nil, !out.overflowed,
            out.count <= Self.bytesMax
        else { return nil }
        bytes = out.bytes.array()
        let segments = bytes.dropFirst().split(
            separator: Self.slash,
            omittingEmptySubsequences: false
        )
        guard segments.count <= Self.segmentsMax, segments.last?.isEmpty == false,
            bytes.contains(Self.star)
        else { return nil }
        for (index, segment) in segments.enumerated() where segment.contains(Self.star) {
            let isRest = segment.elementsEqual([Self.star, Self.star])
            guard segment.count == 1 || (isRest && index == segments.count - 1) else { return nil }
        }
    }

    /// The text of the one spelling.
    public var text: String { bytes.span.string() }

    static var slash: UInt8 { UInt8(ascii: "/") }
    static var star: UInt8 { UInt8(ascii: "*") }

    /// Adds the segments of a canonical path at which the pattern has stars, if it matches.
    func mark(_ path: Span<UInt8>, _ marks: inout SegmentMarks) {
        let pattern = bytes.span
        var found = SegmentMarks()
        var segment = 0
        var place = 0
        var at = 0
        while place < pattern.count {
            let wanted = place + 1..<Self.end(of: pattern, from: place + 1)
            if wanted.count == 2, pattern[wanted.lowerBound] == Self.star {
                found.rest = segment
                return marks.add(found)
            }
            guard at < path.count else { return }
            let given = at + 1..<Self.end(of: path, from: at + 1)
            if wanted.count == 1, pattern[wanted.lowerBound] == Self.star {
                guard !given.isEmpty else { return }
                found.single |= 1 &<< UInt64(segment)
            } else if !Self.agree(pattern.extracting(wanted), path.extracting(given)) {
                return
            }
            (place, at) = (wanted.upperBound, given.upperBound)
            segment += 1
        }
        // Nothing is left of the path, or the slash at its end.
        if path.count - at <= 1 { marks.add(found) }
    }

    /// Where the segment that begins at `start` ends.
    static func end(of path: Span<UInt8>, from start: Int) -> Int {
        var place = start
        while place < path.count, path[place] != slash { place += 1 }
        return place
    }

    /// Whether a segment is the wanted one, perhaps with parameters behind it.
    private static func agree(_ wanted: Span<UInt8>, _ given: Span<UInt8>) -> Bool {
        guard given.count >= wanted.count else { return false }
        guard given.extracting(0..<wanted.count).equals(wanted) else { return false }
        return given.count == wanted.count || given[wanted.count] == UInt8(ascii: ";")
    }
}

/// The segments of a path that are replaced.
struct SegmentMarks: BitwiseCopyable {
    /// One bit for each of the first segments.
    var single: UInt64 = 0
    /// From here on all of them.
    var rest = Int.max

    var isEmpty: Bool { single == 0 && rest == .max }

    mutating func add(_ other: SegmentMarks) {
        single |= other.single
        rest = min(rest, other.rest)
    }

    /// Whether the segment is one of the single ones; patterns are shorter than 64 segments.
    func has(_ segment: Int) -> Bool { segment < 64 && single &>> UInt64(segment) & 1 == 1 }
}
