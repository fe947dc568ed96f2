// What is in a tree. There are no empty branches: an entry is there as long as it says something,
// so two trees are equal exactly if they say the same.

/// A node of the configuration.
public enum ConfigNode: Sendable, Equatable {
    /// Children by keyword or name; never empty.
    case branch([String: ConfigNode])
    /// The value of a leaf.
    case value(ConfigValue)
    /// A set of values, ascending and never empty.
    case values([String])

    /// The children; none if this is no branch.
    public var children: [String: ConfigNode] {
        if case .branch(let children) = self { children } else { [:] }
    }

    /// The value; nil if this is no leaf.
    public var value: ConfigValue? {
        if case .value(let value) = self { value } else { nil }
    }

    /// The values of a set; none if this is no set.
    public var values: [String] {
        if case .values(let values) = self { values } else { [] }
    }

    /// The child of that keyword or name.
    public subscript(word: String) -> ConfigNode? { children[word] }

    /// A branch of those children; nil if there are none.
    static func branch(unlessEmpty children: [String: ConfigNode]) -> ConfigNode? {
        children.isEmpty ? nil : .branch(children)
    }

    /// A set of those values in any order; nil if there are none.
    static func values(unlessEmpty values: some Sequence<String>) -> ConfigNode? {
        let sorted = Set(values).sorted()
        return sorted.isEmpty ? nil : .values(sorted)
    }

    /// A branch whose children are held apart from it, so that they can be changed in place: an
    /// enumeration's payload that is changed while the case still holds it is copied as a whole.
    mutating func takeChildren() -> [String: ConfigNode] {
        guard case .branch(let children) = self else { return [:] }
        self = .values([])
        return children
    }
}
