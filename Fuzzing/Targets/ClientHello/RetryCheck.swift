// The same bytes behind a first hello, from either side: what passes and what the server asks for
// does not depend on the cuts, and a plain reader of records agrees.

import ClawgressForward
import FuzzShared

enum RetryCheck {
    private static let random: [UInt8] = [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8,
        0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8,
        0x33, 0x9C,
    ]

    static func check(_ bytes: [UInt8]) {
        let passing = plainPassing(bytes)
        let answer = plainAnswer(bytes)
        for cut in cutPoints(of: bytes) {
            require(pass(bytes, cut) == passing, "other bytes pass, cut at \(cut)")
            require(read(bytes, cut) == answer, "another answer, cut at \(cut)")
        }
    }

    private static func pass(_ bytes: [UInt8], _ cut: Int) -> Int {
        var retry = HelloRetry()
        let first = retry.passClient(bytes.span.extracting(0..<cut))
        guard first == cut else { return first }
        return first + retry.passClient(bytes.span.extracting(cut..<bytes.count))
    }

    private static func read(_ bytes: [UInt8], _ cut: Int) -> HelloRetry.Answer {
        var retry = HelloRetry()
        let first = retry.readServer(bytes.span.extracting(0..<cut))
        guard first == .undecided else { return first }
        return retry.readServer(bytes.span.extracting(cut..<bytes.count))
    }

    /// Record by record: all that stands before the first one that is none, or of a handshake.
    private static func plainPassing(_ bytes: [UInt8]) -> Int {
        var start = 0
        while start < bytes.count, bytes[start] != 22, (20...24).contains(bytes[start]) {
            guard start + 5 <= bytes.count else { return bytes.count }
            start += 5 + Int(bytes[start + 3]) << 8 + Int(bytes[start + 4])
        }
        return min(start, bytes.count)
    }

    private static func plainAnswer(_ bytes: [UInt8]) -> HelloRetry.Answer {
        let fixed: [(Int, UInt8)] = [(0, 22), (1, 3), (5, 2), (9, 3)]
        let expected = fixed + random.enumerated().map { (11 + $0.offset, $0.element) }
        for (place, value) in expected where place < bytes.count && bytes[place] != value {
            return .ordinary
        }
        return bytes.count >= 43 ? .retry : .undecided
    }
}
