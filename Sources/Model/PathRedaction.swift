// The path as it is recorded where its segments may be secrets. Only what is written down is
// changed: policies see, and origins get, the path as it is.

public import ClawgressBytes

/// Replaces segments of paths by a fixed mark.
public struct PathRedaction: Sendable {
    /// What stands for a segment, or for all that follow; no canonical path can contain it,
    /// because brackets must be encoded there (RFC 3986 section 3.3).
    public static var mark: StaticString { "[redacted]" }

    private let patterns: [PathPattern]
    /// Whether there are no patterns, so that nothing is ever replaced.
    public let isEmpty: Bool

    /// Makes a redaction; what is no pattern takes no part, and is found by the settings' check.
    public init(_ patterns: [String] = []) {
        self.patterns = patterns.compactMap { PathPattern($0) }
        isEmpty = self.patterns.isEmpty
    }

    /// Appends the redacted form of `buffer[path]`, a canonical path, to `buffer`.
    ///
    /// Where several patterns match, the segments of all of them are replaced.
    ///
    /// - Returns: false if nothing is to be replaced; `buffer` is then as before.
    public func append(_ path: Range<Int>, of buffer: inout ByteBuffer) -> Bool {
        var marks = SegmentMarks()
        for pattern in patterns { pattern.mark(buffer.bytes.extracting(path), &marks) }
        guard !marks.isEmpty else { return false }
        let start = buffer.count
        var isRedacted = false
        var segment = 0
        var place = path.lowerBound
        while place < path.upperBound {
            let isRest = segment >= marks.rest
            var end = place + 1
            while end < path.upperBound, isRest || buffer[end] != PathPattern.slash { end += 1 }
            buffer.append(PathPattern.slash)
            // Nothing is hidden where nothing stands: behind the slash at the end.
            if isRest || marks.has(segment), end > place + 1 {
                buffer.append(Self.mark)
                isRedacted = true
            } else {
                for index in place + 1..<end { buffer.append(buffer[index]) }
            }
            place = end
            segment += 1
        }
        if !isRedacted { buffer.truncate(to: start) }
        return isRedacted
    }
}
