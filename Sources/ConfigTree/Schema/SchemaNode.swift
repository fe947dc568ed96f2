// The grammar's form: what a node of the configuration can be. The grammar itself is data of
// these types, from which parser, checks, completion, help and the reference page are made.

/// A keyword and what may follow it.
public struct SchemaNode: Sendable {
    /// The word.
    public let keyword: String
    /// What it is for, in one line without full stop.
    public let help: String
    /// What may follow.
    public let shape: ConfigShape
    /// Whether the thing around must have it.
    public let isRequired: Bool
    /// Whether a copy of the thing around gets it too.
    public let isCopied: Bool

    init(
        _ keyword: String,
        _ help: String,
        _ shape: ConfigShape,
        isRequired: Bool = false,
        isCopied: Bool = true
    ) {
        self.keyword = keyword
        self.help = help
        self.shape = shape
        self.isRequired = isRequired
        self.isCopied = isCopied
    }
}

/// What may follow a keyword or a name.
public indirect enum ConfigShape: Sendable {
    /// Further keywords.
    case container(ContainerShape)
    /// Names that the author chooses, each followed by the same.
    case list(ListShape)
    /// One value.
    case leaf(LeafShape)
    /// A set of values.
    case leaves(LeafShape)
}

/// Further keywords.
public struct ContainerShape: Sendable {
    /// The keywords in the order in which they are shown.
    public let children: [SchemaNode]
    /// Keywords of which one must be there at least; empty for no such rule.
    public let oneOf: [String]

    init(_ children: [SchemaNode], oneOf: [String] = []) {
        self.children = children
        self.oneOf = oneOf
    }

    /// The child of that keyword.
    public func child(_ keyword: String) -> SchemaNode? {
        children.first { $0.keyword == keyword }
    }
}

/// Names that the author chooses.
public struct ListShape: Sendable {
    /// What a name is.
    public let name: LeafShape
    /// What follows a name.
    public let entry: ConfigShape
    /// Whether entries can be renamed and copied.
    public let isMovable: Bool

    init(_ name: LeafShape, isMovable: Bool = true, _ entry: ConfigShape) {
        self.name = name
        self.entry = entry
        self.isMovable = isMovable
    }
}

/// A value, or the values of a set, or a name.
public struct LeafShape: Sendable {
    /// What it can be.
    public let type: ValueType
    /// What holds where it is not set; nil where nothing does.
    public let fallback: ConfigValue?
    /// Where likely values come from, beside those that the type knows.
    public let source: CompletionSource?

    init(_ type: ValueType, fallback: ConfigValue? = nil, source: CompletionSource? = nil) {
        self.type = type
        self.fallback = fallback
        self.source = source
    }
}

/// Where in a tree the likely values of a place are found.
public enum CompletionSource: Sendable, Equatable {
    /// The names of the entries of a list at the top.
    case names(of: String)
    /// The values that entries of a list at the top have under a keyword.
    case values(of: String, keyword: String)
}

extension ConfigShape {
    static func container(_ children: [SchemaNode], oneOf: [String] = []) -> ConfigShape {
        .container(ContainerShape(children, oneOf: oneOf))
    }

    static func leaf(
        _ type: ValueType,
        fallback: ConfigValue? = nil,
        source: CompletionSource? = nil
    ) -> ConfigShape {
        .leaf(LeafShape(type, fallback: fallback, source: source))
    }

    static func leaves(_ type: ValueType, source: CompletionSource? = nil) -> ConfigShape {
        .leaves(LeafShape(type, source: source))
    }

    /// What follows `word`; nil if `word` cannot stand here by its form.
    func after(_ word: String) -> ConfigShape? {
        switch self {
        case .container(let container): container.child(word)?.shape
        case .list(let list): list.name.type.accepts(word) ? list.entry : nil
        case .leaf, .leaves: nil
        }
    }
}
