// Whether the end of a head is found at the same place however its bytes arrive.

import ClawgressForward
import ClawgressModel
import FuzzShared

enum RequestScan {
    /// Short, so that inputs of a few hundred bytes reach it.
    static let headBytesMax = 1_000

    enum Verdict: Equatable {
        case head(Range<Int>)
        case refused(Reason)
    }

    /// Scans `bytes` at once and in pieces; returns the head at their front, if there is one.
    static func check(_ bytes: [UInt8]) -> [UInt8]? {
        requireSameWhenFed(bytes, areSame: areSame) { scan($0, from: $1) }
        guard case .head(let range) = scan(bytes.span, from: 0).verdict else { return nil }
        require(range.count <= headBytesMax, "a head longer than the limit")
        let head = Array(bytes[range])
        require(head.suffix(4) == [13, 10, 13, 10], "a head that does not end in an empty line")
        require(bytes[..<range.lowerBound].allSatisfy { $0 == 13 || $0 == 10 }, "bytes are lost")
        return head
    }

    private static func scan(
        _ bytes: Span<UInt8>,
        from: Int
    ) -> (verdict: Verdict?, resumeAt: Int) {
        do throws(Reason) {
            switch try HeadScanner.scan(bytes, from: from, limit: headBytesMax) {
            case .complete(let start, let end): return (.head(start..<end), 0)
            case .incomplete(let resumeAt): return (nil, resumeAt)
            }
        } catch {
            return (.refused(error), 0)
        }
    }

    /// A head that is too long can be refused before the rest of it is seen to be malformed.
    private static func areSame(_ early: Verdict, _ late: Verdict) -> Bool {
        if early == .refused(.headTooLarge), case .refused = late { return true }
        return early == late
    }
}
