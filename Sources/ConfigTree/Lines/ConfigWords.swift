// Lines are words between blanks; a word with blanks in it stands in quotes. What cannot be shown
// on one line of a terminal as it is, is refused: a configuration is read by people.

/// Splits lines into words, and writes words so that they are split the same way again.
public enum ConfigWords {
    /// The greatest length of a line in bytes.
    public static var lineBytesMax: Int { 16_384 }

    /// A line's words, and whether a further word could begin at its end.
    struct Split {
        var words: [String] = []
        /// Whether the line ends in the middle of its last word.
        var endsInWord = false
        /// Whether that word's quote is still open.
        var endsInQuote = false
    }

    /// The words of `line`; a `#` at the beginning of a word makes the rest a comment.
    ///
    /// `'…'` is taken as it is; in `"…"` a backslash makes `"` and `\` plain.
    ///
    /// - Throws: `ConfigProblem` with `line_malformed`.
    public static func split(_ line: String) throws(ConfigProblem) -> [String] {
        let split = try scan(line)
        guard !split.endsInQuote else { throw malformed("a quote is not closed") }
        return split.words
    }

    /// `word` in quotes if it needs them.
    public static func quoted(_ word: String) -> String {
        guard needsQuotes(word) else { return word }
        guard word.utf8.contains(apostrophe) else { return "'\(word)'" }
        let escaped = word.reduce(into: "") { text, character in
            if character == "\"" || character == "\\" { text.append("\\") }
            text.append(character)
        }
        return "\"\(escaped)\""
    }

    /// Adds a word as it is typed.
    static func append(_ word: String, to text: inout [UInt8]) {
        let start = text.count
        text.append(contentsOf: word.utf8)
        let isPlain = start < text.count && text[start] != UInt8(ascii: "#")
        if isPlain, !text[start...].contains(where: needsQuotes) { return }
        text.removeLast(text.count - start)
        text.append(contentsOf: quoted(word).utf8)
    }

    /// Whether every byte can stand in a configuration: printable ASCII and the blank.
    static func isPrintable(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    private static var apostrophe: UInt8 { UInt8(ascii: "'") }
    private static var quote: UInt8 { UInt8(ascii: "\"") }
    private static var backslash: UInt8 { UInt8(ascii: "\\") }

    private static func needsQuotes(_ word: String) -> Bool {
        word.isEmpty || word.hasPrefix("#")
            || word.utf8.contains(where: needsQuotes)
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == apostrophe || byte == quote
    }

    static func malformed(_ sentence: String) -> ConfigProblem {
        ConfigProblem(.lineMalformed, at: [], found: sentence)
    }

    /// Walks over a line that may still be typed.
    static func scan(_ line: String) throws(ConfigProblem) -> Split {
        guard line.utf8.count <= lineBytesMax else {
            throw malformed("the line is longer than \(lineBytesMax) bytes")
        }
        var split = Split()
        var word: [UInt8] = []
        var open: UInt8 = 0
        var isEscaped = false
        for byte in line.utf8 {
            guard byte == 0x09 || (byte >= 0x20 && byte < 0x7F) else {
                throw malformed("the line has a byte that is not printable ASCII")
            }
            if open != 0 {
                if isEscaped {
                    word.append(byte)
                    isEscaped = false
                } else if byte == open {
                    open = 0
                } else if byte == backslash, open == quote {
                    isEscaped = true
                } else if byte == 0x09 {
                    throw malformed("a quoted word has a tab")
                } else {
                    word.append(byte)
                }
            } else if byte == 0x20 || byte == 0x09 {
                split.end(&word)
            } else if byte == UInt8(ascii: "#"), !split.endsInWord {
                return split
            } else {
                split.endsInWord = true
                if byte == apostrophe || byte == quote { open = byte } else { word.append(byte) }
            }
        }
        let isOpen = open != 0
        let endsInWord = split.endsInWord
        split.end(&word)
        split.endsInWord = endsInWord
        split.endsInQuote = isOpen
        return split
    }
}

extension ConfigWords.Split {
    /// Ends the word that was being read, if there is one.
    fileprivate mutating func end(_ word: inout [UInt8]) {
        guard endsInWord else { return }
        words.append(String(decoding: word, as: UTF8.self))
        word.removeAll(keepingCapacity: true)
        endsInWord = false
    }
}
