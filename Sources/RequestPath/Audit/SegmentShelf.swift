// Segments between the thread that makes them and the worker that fills them.

import Synchronization

/// A segment that waits to be brought to the disk and unmapped.
final class RetiredSegment: Sendable {
    private let segment: Mutex<Segment>

    init(_ segment: consuming Segment) {
        self.segment = Mutex(segment)
    }

    /// Waits for the disk and marks the segment.
    ///
    /// - Returns: the segment's number if it is blank, for deletion.
    func markDurable() -> UInt64? {
        segment.withLock { segment in
            segment.markDurable()
            return segment.isBlank ? segment.number : nil
        }
    }
}

/// The prepared segments of one worker, oldest first.
///
/// The lock is held for a few moves only.
final class SegmentShelf: Sendable {
    private struct Content: ~Copyable {
        var reserve: Segment?
        var first: Segment?
        var second: Segment?
    }

    private let content = Mutex(Content())

    /// How many segments with room for slots are here; at most two fit.
    var count: Int {
        content.withLock { ($0.first == nil ? 0 : 1) + ($0.second == nil ? 0 : 1) }
    }

    /// Adds the header page that the worker gets first.
    func put(reserve: consuming Segment) {
        var reserve: Segment? = consume reserve
        content.withLock { $0.reserve = reserve.take() }
    }

    /// Adds a segment behind the others.
    func put(_ segment: consuming Segment) {
        var segment: Segment? = consume segment
        content.withLock { content in
            if content.first == nil {
                content.first = segment.take()
            } else {
                content.second = segment.take()
            }
        }
    }

    /// Takes the oldest.
    func take() -> Segment? {
        var taken: Segment?
        content.withLock { content in
            if let reserve = content.reserve.take() {
                taken = consume reserve
            } else {
                taken = content.first.take()
                content.first = content.second.take()
            }
        }
        return taken
    }
}
