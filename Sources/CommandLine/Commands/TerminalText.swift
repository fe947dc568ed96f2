// What agents and origins wrote ends up in columns on an operator's terminal. A control
// character there could rewrite what the operator sees, so none gets through.

import ClawgressBytes

/// Text of others, made harmless for a terminal.
enum TerminalText {
    /// `text` with every control, format and line-separating character written as `\u{…}`.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if isHarmless(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return result
    }

    /// `text` in a shell's single quotes, as one word.
    static func shellQuoted(_ text: String) -> String {
        "'"
            + text.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }

    /// `text` as it can be pasted into a shell: quoted only where it must be.
    static func shellWord(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy {
                ASCII.isLetter($0) || ASCII.isDigit($0) || "./_-:@%+=,".utf8.contains($0)
            }
        return isPlain ? text : shellQuoted(text)
    }

    /// Direction marks count as harmful: they show a name in another order than it is.
    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            false
        default: true
        }
    }
}
