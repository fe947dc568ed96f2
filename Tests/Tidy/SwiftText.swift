// A Swift file as the checks see it. They look for words, and a word in a comment or a string
// is not code; so each line is kept three times: as written, code only, and comments only.

/// The lines of a Swift file, taken apart into code and comments.
struct SwiftText: Sendable {
    /// Relative to the repository's root.
    let path: String
    /// The lines as written.
    let lines: [String]
    /// The lines with spaces in place of comments and string literals; columns stay the same.
    let code: [String]
    /// The lines with spaces in place of everything but comments.
    let comments: [String]

    init(_ file: TextFile) {
        self.init(path: file.path, text: file.text)
    }

    init(path: String, text: String) {
        let bytes = Array(text.utf8)
        let kinds = SwiftLexer.kinds(of: bytes)
        self.path = path
        lines = Self.lines(of: bytes) { _ in true }
        code = Self.lines(of: bytes) { kinds[$0] == .code }
        comments = Self.lines(of: bytes) { kinds[$0] == .comment }
    }

    /// The code as one run of bytes, with its line breaks.
    var codeBytes: [UInt8] { Array(code.joined(separator: "\n").utf8) }

    /// The file's lines with a space for each byte that is not kept.
    private static func lines(of bytes: [UInt8], keeping isKept: (Int) -> Bool) -> [String] {
        var lines: [String] = []
        var line: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\n") {
                lines.append(String(decoding: line, as: UTF8.self))
                line.removeAll(keepingCapacity: true)
            } else {
                line.append(isKept(index) ? byte : UInt8(ascii: " "))
            }
        }
        if !line.isEmpty { lines.append(String(decoding: line, as: UTF8.self)) }
        return lines
    }
}
