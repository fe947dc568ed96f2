// A place in the configuration: the words that lead to it, as people type them.

/// A path of words such as `policy allow-github match destination`.
public struct ConfigPath: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// The words from the top; empty for the whole configuration.
    public var words: [String]

    /// The path of those words.
    public init(_ words: [String] = []) {
        self.words = words
    }

    /// The path of those words.
    public init(arrayLiteral words: String...) {
        self.words = words
    }

    /// The path of one of this place's children.
    public func appending(_ word: String) -> ConfigPath { ConfigPath(words + [word]) }

    /// Whether the place is `other` or lies below it.
    public func isWithin(_ other: ConfigPath) -> Bool { words.starts(with: other.words) }

    /// The words with those quoted that need it, as they are typed.
    public var text: String { words.map(ConfigWords.quoted).joined(separator: " ") }

    /// The same as ``text``.
    public var description: String { text }
}
