// Fields that are passed on are copied in as few pieces as possible: a piece ends only where a
// field is dropped.

import ClawgressBytes

/// A run of input that will be copied.
struct KeptRun {
    private var start: Int

    /// A run that begins at `start`.
    init(from start: Int) {
        self.start = start
    }

    /// Copies what was kept so far and leaves `dropped` out.
    mutating func drop(
        _ dropped: Range<Int>,
        of source: Span<UInt8>,
        into out: inout ByteBuffer
    ) {
        finish(at: dropped.lowerBound, of: source, into: &out)
        start = dropped.upperBound
    }

    /// Copies what was kept up to `end`.
    func finish(at end: Int, of source: Span<UInt8>, into out: inout ByteBuffer) {
        if start < end { out.append(source, start..<end) }
    }
}
