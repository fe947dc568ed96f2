// Where the compiler is told to trust us, a comment must say why it may.

/// Finds promises to the compiler that nobody explains.
enum UnsafetyComments {
    /// The spellings of such a promise.
    private static let promises = [
        Word("@unchecked Sendable"), Word("nonisolated(unsafe)"), Word("unowned(unsafe)"),
    ]

    static func findings(in file: SwiftText) -> [Finding] {
        file.code.indices.compactMap { line in
            guard let promise = promise(in: file.code[line]),
                !isExplained(line, in: file)
            else { return nil }
            return Finding(
                file: file.path,
                line: line + 1,
                message:
                    "`\(promise)` without a reason: say in a `//` comment directly above why it holds"
            )
        }
    }

    private static func promise(in code: String) -> String? {
        if let promise = promises.first(where: { $0.occurs(in: code) }) { return promise.text }
        // The expression keyword of SE-0458, and not a name or an attribute's argument.
        return code.contains(#/(^|[^\w.@(])unsafe\s+[\w(&\[]/#) ? "unsafe" : nil
    }

    /// A reason stands on the line, directly above it, or as the first line inside a type's body.
    /// Above, attributes and neighbours that make the same promise do not separate it.
    private static func isExplained(_ line: Int, in file: SwiftText) -> Bool {
        if isReason(line, in: file) { return true }
        if file.code[line].hasSuffix("{"), file.lines.indices.contains(line + 1),
            isCommentOnly(line + 1, in: file), isReason(line + 1, in: file)
        {
            return true
        }
        var above = line - 1
        while above >= 0, isTransparent(above, in: file) { above -= 1 }
        while above >= 0, isCommentOnly(above, in: file) {
            if isReason(above, in: file) { return true }
            above -= 1
        }
        return false
    }

    /// A documentation comment tells callers what a thing is; it is a reason only if it names
    /// the promise.
    private static func isReason(_ line: Int, in file: SwiftText) -> Bool {
        let comment = file.comments[line].drop { $0 == " " }
        guard comment.hasPrefix("///") else { return comment.hasPrefix("//") }
        return ["safe", "Sendable", "unchecked", "isolated"].contains { comment.contains($0) }
    }

    private static func isCommentOnly(_ line: Int, in file: SwiftText) -> Bool {
        file.code[line].allSatisfy { $0 == " " } && file.comments[line].contains("//")
    }

    private static func isTransparent(_ line: Int, in file: SwiftText) -> Bool {
        let code = file.code[line].drop { $0 == " " }
        return code.hasPrefix("@") && !code.contains(" ")
            || promise(in: file.code[line]) != nil
            || ["=", "(", ",", "return", "->"].contains { code.hasSuffix($0) }
    }
}
