// One change of a configuration, as one line of text.

/// A change of a configuration.
public enum ConfigEdit: Sendable, Equatable {
    /// Gives a leaf its value, or adds a value to a set.
    case set(ConfigPath, ConfigValue)
    /// Removes what is at the path or, with a value, that value alone.
    case delete(ConfigPath, ConfigValue?)
    /// Gives an entry another name; what refers to it follows.
    case rename(ConfigPath, to: String)
    /// Makes an entry of another name that says the same.
    case copy(ConfigPath, to: String)

    /// The words that a line can begin with, and what they do.
    public static let verbs = [
        ConfigChoice("set", "give a leaf its value, or add a value to a set"),
        ConfigChoice("delete", "remove a value, an entry, or all below a keyword"),
        ConfigChoice("rename", "give an entry another name; what refers to it follows"),
        ConfigChoice("copy", "make an entry of another name that says the same"),
    ]

    /// The line that is read as this edit.
    public var text: String {
        switch self {
        case .set(let path, let value): "set \(path.text) \(ConfigWords.quoted(value.word))"
        case .delete(let path, nil): "delete \(path.text)"
        case .delete(let path, let value?):
            "delete \(path.text) \(ConfigWords.quoted(value.word))"
        case .rename(let path, let name): "rename \(path.text) to \(ConfigWords.quoted(name))"
        case .copy(let path, let name): "copy \(path.text) to \(ConfigWords.quoted(name))"
        }
    }

    /// The place that the edit is about.
    public var path: ConfigPath {
        switch self {
        case .set(let path, _), .delete(let path, _), .rename(let path, _), .copy(let path, _): path
        }
    }
}
