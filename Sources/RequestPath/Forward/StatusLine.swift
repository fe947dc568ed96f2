// The first line of an answer.

import ClawgressBytes
import ClawgressModel

/// A status line (RFC 9112 section 4).
struct StatusLine {
    let code: Int
    let isVersion10: Bool
    /// The code and what follows it, without CRLF.
    let text: Range<Int>
    /// Whether the line is exactly what is sent on.
    let isVerbatim: Bool
    /// Where the first field line begins.
    let end: Int

    /// Parses the line at the front of `head`.
    ///
    /// The space before an empty reason phrase may be missing: many origins forget it, and
    /// nothing depends on it.
    ///
    /// - Throws: `upstreamMalformed`.
    init(_ head: Span<UInt8>) throws(Reason) {
        guard head.count >= 16, let isVersion10 = HTTPVersion.isVersion10(head.word(at: 0)),
            head[8] == UInt8(ascii: " ")
        else { throw .upstreamMalformed }
        var code = 0
        for index in 9..<12 {
            guard ASCII.isDigit(head[index]) else { throw .upstreamMalformed }
            code = code * 10 + Int(head[index] &- 48)
        }
        guard code >= 100 else { throw .upstreamMalformed }
        let lineEnd = try FieldLine.valueEnd(head, from: 12)
        guard lineEnd == 12 || head[12] == UInt8(ascii: " ") else { throw .upstreamMalformed }
        self.code = code
        self.isVersion10 = isVersion10
        text = 9..<lineEnd
        isVerbatim = !isVersion10 && lineEnd > 12
        end = lineEnd + 2
    }

    /// Whether an answer with this code has no content and no length (RFC 9112 section 6.3).
    var isBodiless: Bool { code < 200 || code == 204 }
}
