// Finds functions and their ends by counting braces. Good enough to measure: it does not parse
// Swift, it knows where a declaration's body begins and what cannot stand before that.

/// A function, initialiser, subscript or computed property, measured.
struct MeasuredFunction: Equatable {
    let name: String
    /// The line of its keyword, counted from one.
    let line: Int
    /// From the keyword to the closing brace. A `case` with its value on one line does not count:
    /// an exhaustive switch of such rows is a table, and the compiler keeps it complete.
    let lineCount: Int
}

/// Walks the tokens of one file.
struct FunctionScanner {
    private struct Token {
        let text: String
        let line: Int
    }

    /// Words that begin another declaration: a signature that meets one had no body.
    private static let declarations: Set<String> = [
        "func", "var", "let", "deinit", "subscript", "case", "struct", "enum", "class", "extension",
        "protocol", "import", "typealias", "associatedtype", "static", "public", "package",
        "internal", "fileprivate", "private", "mutating", "init",
    ]

    private let tokens: [Token]
    /// Whether a line, counted from zero, is a row of a table.
    private let isRow: [Bool]

    /// Every measured declaration in the order of the file.
    static func functions(in file: SwiftText) -> [MeasuredFunction] {
        let scanner = FunctionScanner(file)
        return scanner.tokens.indices.compactMap { scanner.function(at: $0) }
    }

    private init(_ file: SwiftText) {
        tokens = file.code.enumerated().flatMap { offset, line in
            Self.words(of: line).map { Token(text: $0, line: offset + 1) }
        }
        isRow = zip(file.code, file.lines).map { code, line in
            code.drop { $0 == " " }.hasPrefix("case ") && !line.hasSuffix(":") && code.contains(":")
        }
    }

    private func function(at index: Int) -> MeasuredFunction? {
        guard beginsFunction(at: index),
            let opening = bodyStart(after: index),
            let closing = end(ofBlockAt: opening)
        else { return nil }
        let keyword = tokens[index].text
        let lines = tokens[index].line...tokens[closing].line
        let isNamed = keyword == "func" || keyword == "var"
        return MeasuredFunction(
            name: isNamed ? tokens[index + 1].text : keyword,
            line: lines.lowerBound,
            lineCount: lines.count { !isRow[$0 - 1] }
        )
    }

    private func beginsFunction(at index: Int) -> Bool {
        let previous = index > 0 ? tokens[index - 1].text : ""
        let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
        switch tokens[index].text {
        case "func", "subscript", "var", "deinit": return previous != "."
        case "init": return previous != "." && ["(", "<", "?", "!"].contains(next)
        default: return false
        }
    }

    /// The brace that opens the body, or nil where a requirement or a stored property has none.
    private func bodyStart(after keyword: Int) -> Int? {
        let isProperty = tokens[keyword].text == "var"
        var depth = 0
        for index in (keyword + 1)..<max(tokens.count, keyword + 1) {
            let token = tokens[index]
            switch token.text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return index
            case "}" where depth == 0: return nil
            case "=" where isProperty && depth == 0: return nil
            case _ where depth == 0 && Self.declarations.contains(token.text): return nil
            default: break
            }
            if depth < 0 || (isProperty && token.line != tokens[keyword].line) { return nil }
        }
        return nil
    }

    private func end(ofBlockAt opening: Int) -> Int? {
        var depth = 0
        for index in opening..<tokens.count {
            if tokens[index].text == "{" { depth += 1 }
            if tokens[index].text == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    /// Names, and every other visible character by itself.
    private static func words(of line: String) -> [String] {
        var words: [String] = []
        var name = ""
        for character in line {
            if character.isLetter || character.isNumber || character == "_" {
                name.append(character)
                continue
            }
            if !name.isEmpty { words.append(name) }
            name = ""
            if !character.isWhitespace, character != "`" { words.append(String(character)) }
        }
        if !name.isEmpty { words.append(name) }
        return words
    }
}
