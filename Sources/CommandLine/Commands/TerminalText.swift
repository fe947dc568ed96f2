// What agents and origins wrote ends up in columns on an operator's terminal. A control
// character there could rewrite what the operator sees, so none gets through.

import ClawgressBytes
import ClawgressContract

/// Text of others, made harmless for a terminal.
enum TerminalText {
    /// `text` with every control, format and line-separating character written as `\u{…}`.
    static func escaped(_ text: String) -> String {
        HarmlessText.escaped(text)
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
}
