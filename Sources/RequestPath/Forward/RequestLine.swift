// The first line of a request: method, target, version, one space between each, nothing else.

import ClawgressBytes
import ClawgressModel

/// A request line as ranges into its head (RFC 9112 section 3).
struct RequestLine {
    let method: Method
    let methodText: Range<Int>
    let target: Range<Int>
    let isVersion10: Bool
    /// Where the first field line begins.
    let end: Int

    /// Parses the line at the front of `head`.
    ///
    /// - Throws: `methodInvalid`, `methodRefused`, `requestLineMalformed`,
    ///   `lineEndingMalformed`, `versionUnsupported`.
    init(_ head: Span<UInt8>) throws(Reason) {
        var index = 0
        while index < head.count, ASCII.isToken(head[index]) { index += 1 }
        guard index > 0, index < head.count, head[index] == UInt8(ascii: " ") else {
            throw Self.methodRefusal(head, at: index)
        }
        guard let space = head.firstIndex(of: UInt8(ascii: " "), from: index + 1),
            space > index + 1
        else { throw .requestLineMalformed }
        let line = space + 11
        guard line <= head.count, head[line - 2] == UInt8(ascii: "\r"),
            head[line - 1] == UInt8(ascii: "\n"),
            let isVersion10 = HTTPVersion.isVersion10(head.word(at: space + 1))
        else { throw Self.versionRefusal(head, from: space + 1) }
        methodText = 0..<index
        method = Method(head.extracting(0..<index))
        if method == .trace || method == .other, Method.isNeverForwarded(head.extracting(0..<index))
        {
            throw .methodRefused
        }
        target = index + 1..<space
        self.isVersion10 = isVersion10
        end = line
    }

    private static func methodRefusal(_ head: Span<UInt8>, at index: Int) -> Reason {
        guard index < head.count else { return .requestLineMalformed }
        switch head[index] {
        case UInt8(ascii: " "), UInt8(ascii: "\r"), UInt8(ascii: "\n"): return .requestLineMalformed
        default: return .methodInvalid
        }
    }

    /// Which rule the text between the second space and the line's end breaks.
    private static func versionRefusal(_ head: Span<UInt8>, from start: Int) -> Reason {
        var end = start
        while end < head.count, head[end] > 0x20 { end += 1 }
        let version = head.extracting(start..<end)
        guard version.count > 5, version.extracting(0..<5).equals("HTTP/") else {
            return .requestLineMalformed
        }
        guard end + 1 < head.count, head[end] == UInt8(ascii: "\r"),
            head[end + 1] == UInt8(ascii: "\n")
        else {
            let isBlank =
                end < head.count
                && (head[end] == UInt8(ascii: " ") || head[end] == UInt8(ascii: "\t"))
            return isBlank ? .requestLineMalformed : .lineEndingMalformed
        }
        for index in 5..<version.count {
            guard ASCII.isDigit(version[index]) || version[index] == UInt8(ascii: ".") else {
                return .requestLineMalformed
            }
        }
        return .versionUnsupported
    }
}
