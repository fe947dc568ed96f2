// Tells code, comments and string literals of Swift apart: nested block comments, multi-line
// and raw strings, and interpolation, whose inside is code again. Regular-expression literals
// are taken for code; there, a quote or a brace would mislead the checks, so write `Regex("…")`.

/// One pass over a Swift file that labels every byte.
struct SwiftLexer {
    /// What a byte belongs to.
    enum Kind {
        case code, comment, text
    }

    private let source: [UInt8]
    private var kinds: [Kind]
    private var position = 0

    /// The label of each byte of `source`.
    static func kinds(of source: [UInt8]) -> [Kind] {
        var lexer = SwiftLexer(source: source)
        lexer.scanCode(isInterpolation: false)
        return lexer.kinds
    }

    private init(source: [UInt8]) {
        self.source = source
        kinds = Array(repeating: .code, count: source.count)
    }

    /// Scans to the end of the file, or to the parenthesis that closes an interpolation.
    private mutating func scanCode(isInterpolation: Bool) {
        var depth = 0
        while position < source.count {
            if looksAt("//") {
                scanLineComment()
            } else if looksAt("/*") {
                scanBlockComment()
            } else if let hashes = hashesBeforeQuote() {
                scanString(hashes: hashes)
            } else {
                if source[position] == UInt8(ascii: "(") { depth += 1 }
                if source[position] == UInt8(ascii: ")") {
                    if isInterpolation, depth == 0 { return }
                    depth -= 1
                }
                position += 1
            }
        }
    }

    private mutating func scanLineComment() {
        while position < source.count, source[position] != UInt8(ascii: "\n") {
            advance(1, as: .comment)
        }
    }

    private mutating func scanBlockComment() {
        var depth = 0
        while position < source.count {
            if looksAt("/*") {
                depth += 1
                advance(2, as: .comment)
            } else if looksAt("*/") {
                depth -= 1
                advance(2, as: .comment)
                if depth == 0 { return }
            } else {
                advance(1, as: .comment)
            }
        }
    }

    /// Scans a literal whose first quote stands `hashes` bytes ahead.
    private mutating func scanString(hashes: Int) {
        advance(hashes, as: .text)
        let isMultiline = looksAt("\"\"\"")
        let quotes = isMultiline ? "\"\"\"" : "\""
        let closing = quotes + String(repeating: "#", count: hashes)
        let escape = "\\" + String(repeating: "#", count: hashes)
        advance(quotes.utf8.count, as: .text)
        while position < source.count {
            if looksAt(escape + "(") {
                advance(escape.utf8.count + 1, as: .text)
                scanCode(isInterpolation: true)
                advance(1, as: .text)
            } else if looksAt(escape) {
                advance(escape.utf8.count + 1, as: .text)
            } else if looksAt(closing) {
                advance(closing.utf8.count, as: .text)
                return
            } else if !isMultiline, source[position] == UInt8(ascii: "\n") {
                return
            } else {
                advance(1, as: .text)
            }
        }
    }

    /// How many `#` stand before the quote that begins a literal here, or nil if none begins.
    private func hashesBeforeQuote() -> Int? {
        var ahead = position
        while ahead < source.count, source[ahead] == UInt8(ascii: "#") { ahead += 1 }
        guard ahead < source.count, source[ahead] == UInt8(ascii: "\"") else { return nil }
        return ahead - position
    }

    private func looksAt(_ expected: String) -> Bool {
        source[position...].starts(with: expected.utf8)
    }

    private mutating func advance(_ count: Int, as kind: Kind) {
        let end = min(position + count, source.count)
        for index in position..<end { kinds[index] = kind }
        position = end
    }
}
