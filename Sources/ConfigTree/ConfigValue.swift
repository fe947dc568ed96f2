// The values at the ends of the tree.

public import ClawgressJWS

/// The value of a leaf.
public enum ConfigValue: Sendable, Hashable {
    /// Printable ASCII.
    case text(String)
    /// A whole number.
    case integer(Int64)
    /// Yes or no.
    case flag(Bool)

    /// The value as it is typed, without quotes.
    public var word: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .flag(let flag): flag ? "true" : "false"
        }
    }

    /// The value in the JSON form.
    public var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .integer(let number): .integer(number)
        case .flag(let flag): .bool(flag)
        }
    }
}
