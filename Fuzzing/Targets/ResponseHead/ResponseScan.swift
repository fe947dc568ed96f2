// Whether the end of an answer's head is found at the same place however its bytes arrive.

import ClawgressForward
import ClawgressModel
import FuzzShared

enum ResponseScan {
    /// Short, so that inputs of a few hundred bytes reach it.
    private static let headBytesMax = 1_000

    private enum Verdict: Equatable {
        case head(Range<Int>)
        case refused
    }

    /// Scans `bytes` at once and in pieces; returns the head at their front, if there is one.
    static func check(_ bytes: [UInt8]) -> [UInt8]? {
        let areSame = { (early: Verdict, late: Verdict) -> Bool in
            // What does not begin like an answer can be refused before its head has ended.
            if early == .refused, case .head(let range) = late {
                return ResponseRewrite.contexts.allSatisfy {
                    ResponseRewrite.refuses(Array(bytes[range]), $0)
                }
            }
            return early == late
        }
        requireSameWhenFed(bytes, areSame: areSame) { scan($0, from: $1) }
        guard case .head(let range) = scan(bytes.span, from: 0).verdict else { return nil }
        require(range.lowerBound == 0, "bytes before an answer are passed over")
        return Array(bytes[range])
    }

    private static func scan(
        _ bytes: Span<UInt8>,
        from: Int
    ) -> (verdict: Verdict?, resumeAt: Int) {
        do throws(Reason) {
            switch try HeadScanner.scanResponse(bytes, from: from, limit: headBytesMax) {
            case .complete(let start, let end): return (.head(start..<end), 0)
            case .incomplete(let resumeAt): return (nil, resumeAt)
            }
        } catch {
            require(error == .upstreamMalformed, "an origin's answer blames the agent: \(error)")
            return (.refused, 0)
        }
    }
}
