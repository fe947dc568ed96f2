// What of a request's target is written down: the path, perhaps with its query, perhaps without
// what stands in some of its segments. Where neither is configured it is the path as it lies in
// the head, and nothing is copied.

import ClawgressBytes
import ClawgressModel

/// How targets are recorded, made of a snapshot's settings.
struct Recording: Sendable {
    private let redaction: PathRedaction
    private let hasQuery: Bool
    private let isPlain: Bool

    /// Records paths as they are, without query.
    init() {
        self.init(RecordSettings())
    }

    init(_ settings: RecordSettings) {
        redaction = PathRedaction(settings.redactPaths)
        hasQuery = settings.query
        isPlain = !settings.query && redaction.isEmpty
    }

    /// Where the recorded path of a request stands, and whether it is another than the one that
    /// was asked for.
    ///
    /// What a redacted path hides would often be in its query, too: that is left out with it.
    ///
    /// - Parameter outbound: holds the rewritten head in front; gets the text appended.
    @inline(__always)
    func path(
        _ question: Question,
        in outbound: inout ByteBuffer
    ) -> (place: Range<Int>, isRedacted: Bool) {
        if isPlain || question.path.isEmpty { return (question.path, false) }
        return changedPath(question, in: &outbound)
    }

    private func changedPath(
        _ question: Question,
        in outbound: inout ByteBuffer
    ) -> (place: Range<Int>, isRedacted: Bool) {
        let start = outbound.count
        if redaction.append(question.path, of: &outbound) { return (start..<outbound.count, true) }
        guard hasQuery else { return (question.path, false) }
        // In the rewritten request line the query follows the path, and a blank follows both.
        var end = question.path.upperBound
        while end < start, outbound[end] != UInt8(ascii: " ") { end += 1 }
        return (question.path.lowerBound..<end, false)
    }
}
