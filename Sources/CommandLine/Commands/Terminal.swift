// Where output goes. Answers go to standard output and everything else to standard error, so
// that a pipe gets answers only; colours and columns are for people.

import Foundation
import Glibc

/// Standard output and standard error of a command.
public struct Terminal: Sendable {
    /// Which of the two.
    public enum Stream: Sendable {
        /// What the command was asked for.
        case output
        /// Notes, warnings and errors.
        case error
    }

    /// Colours that mean something.
    enum Style: String {
        case good = "32"
        case bad = "31"
        case attention = "33"
        case faint = "2"
        case strong = "1"
    }

    /// Whether standard output is a terminal, so that a person reads it.
    public let isInteractive: Bool
    /// Whether colours are wanted.
    public let hasColour: Bool
    /// How many columns a line may have.
    let width: Int
    private let sink: @Sendable (Stream, String) -> Void

    /// Describes a terminal whose text goes to `sink`.
    ///
    /// - Parameter width: the columns of a line.
    public init(
        isInteractive: Bool,
        hasColour: Bool,
        width: Int = 80,
        sink: @escaping @Sendable (Stream, String) -> Void
    ) {
        self.isInteractive = isInteractive
        self.hasColour = hasColour
        self.width = width
        self.sink = sink
    }

    /// The process' own standard output and error.
    ///
    /// Colours are off for `TERM=dumb` and where `NO_COLOR` is set (no-color.org).
    static func standard(environment: [String: String]) -> Terminal {
        let isInteractive = isatty(STDOUT_FILENO) == 1
        let refusesColour =
            environment["NO_COLOR"]?.isEmpty == false
            || environment["TERM"] == "dumb"
        return Terminal(
            isInteractive: isInteractive,
            hasColour: isInteractive && !refusesColour,
            width: columns(environment)
        ) {
            let handle = $0 == .output ? FileHandle.standardOutput : FileHandle.standardError
            // Nobody is left to be told that the reader has gone.
            try? handle.write(contentsOf: Data($1.utf8))
        }
    }

    /// What `COLUMNS` says (POSIX.1, section 8.3), or the terminal, or 80.
    private static func columns(_ environment: [String: String]) -> Int {
        let range = 40...10_000
        if let given = environment["COLUMNS"].flatMap({ Int($0) }), range.contains(given) {
            return given
        }
        var size = winsize()
        // unsafe: the call fills the one local value whose address it is given.
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return 80
        }
        return max(range.lowerBound, Int(size.ws_col))
    }

    /// Writes text as it is.
    func write(_ stream: Stream, _ text: String) {
        sink(stream, text)
    }

    /// Writes a line of the answer.
    func line(_ text: String = "") {
        sink(.output, text + "\n")
    }

    /// Writes a line beside the answer.
    func note(_ text: String) {
        sink(.error, text + "\n")
    }

    /// Writes a warning for each sentence.
    func warn(_ sentences: [String]) {
        for sentence in sentences { note("warning: \(sentence)") }
    }

    /// The text in a colour, where colours are wanted.
    func styled(_ text: String, _ style: Style) -> String {
        hasColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}
