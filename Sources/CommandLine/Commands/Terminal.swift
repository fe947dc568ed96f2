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
    private let sink: @Sendable (Stream, String) -> Void

    /// Describes a terminal whose text goes to `sink`.
    public init(
        isInteractive: Bool,
        hasColour: Bool,
        sink: @escaping @Sendable (Stream, String) -> Void
    ) {
        self.isInteractive = isInteractive
        self.hasColour = hasColour
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
        return Terminal(isInteractive: isInteractive, hasColour: isInteractive && !refusesColour) {
            let handle = $0 == .output ? FileHandle.standardOutput : FileHandle.standardError
            // Nobody is left to be told that the reader has gone.
            try? handle.write(contentsOf: Data($1.utf8))
        }
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
