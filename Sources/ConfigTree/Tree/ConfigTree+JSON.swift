// The JSON form: objects with the words of the grammar, sets as arrays.

public import ClawgressJWS
import ClawgressModel

extension ConfigTree {
    /// The JSON form; members in the order of their names, sets ascending.
    public var json: JSONValue { ConfigNode.branch(top).json }

    /// Reads the JSON form.
    ///
    /// Members and elements may be in any order. Empty objects and arrays, null, and whatever the
    /// grammar does not have are refused.
    ///
    /// - Throws: `ConfigProblems` with everything that is wrong.
    public init(json: JSONValue) throws(ConfigProblems) {
        self.init()
        // An empty configuration is the one object that may be empty.
        if json == .object([]) { return }
        var reader = TreeReader()
        let node = reader.node(json, ConfigSchema.root, at: [])
        guard reader.problems.isEmpty else { throw ConfigProblems(reader.problems) }
        top = node?.children ?? [:]
    }
}

extension ConfigNode {
    /// The JSON form of the node.
    public var json: JSONValue {
        switch self {
        case .branch(let children):
            .object(
                children.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value.json) }
            )
        case .value(let value): value.json
        case .values(let values): .array(values.map(JSONValue.string))
        }
    }
}

/// Reads JSON along the grammar and collects what is wrong.
private struct TreeReader {
    /// How many problems are worth listing.
    static var problemsMax: Int { 100 }

    var problems: [ConfigProblem] = []

    mutating func report(_ problem: ConfigProblem) {
        if problems.count < Self.problemsMax { problems.append(problem) }
    }

    mutating func node(
        _ json: JSONValue,
        _ shape: ConfigShape,
        at path: ConfigPath
    ) -> ConfigNode? {
        switch shape {
        case .container(let container):
            members(json, at: path) { reader, member, path in
                guard let child = container.child(member.name) else {
                    reader.report(.unknownWord(member.name, among: container, at: path))
                    return nil
                }
                let place = path.appending(member.name)
                let node = reader.node(member.value, child.shape, at: place)
                return node.map { (member.name, $0) }
            }
        case .list(let list):
            members(json, at: path) { reader, member, path in
                guard let name = reader.value(.string(member.name), list.name.type, at: path)
                else { return nil }
                let place = path.appending(name.word)
                let node = reader.node(member.value, list.entry, at: place)
                return node.map { (name.word, $0) }
            }
        case .leaf(let leaf): value(json, leaf.type, at: path).map(ConfigNode.value)
        case .leaves(let leaf): values(json, leaf.type, at: path)
        }
    }

    private mutating func members(
        _ json: JSONValue,
        at path: ConfigPath,
        _ read: (inout Self, JSONMember, ConfigPath) -> (String, ConfigNode)?
    ) -> ConfigNode? {
        guard let members = json.members, !members.isEmpty else {
            report(.form(json, "an object with members", at: path))
            return nil
        }
        var children: [String: ConfigNode] = [:]
        for member in members {
            guard let (name, node) = read(&self, member, path) else { continue }
            guard children.updateValue(node, forKey: name) == nil else {
                report(ConfigProblem(.alreadyThere, at: path, found: name))
                continue
            }
        }
        return .branch(unlessEmpty: children)
    }

    private mutating func values(
        _ json: JSONValue,
        _ type: ValueType,
        at path: ConfigPath
    ) -> ConfigNode? {
        guard let elements = json.elements, !elements.isEmpty else {
            report(.form(json, "an array with elements", at: path))
            return nil
        }
        var words: Set<String> = []
        for element in elements {
            guard let word = value(element, type, at: path)?.word else { continue }
            guard words.insert(word).inserted else {
                report(ConfigProblem(.alreadyThere, at: path, found: word))
                continue
            }
        }
        return .values(unlessEmpty: words)
    }

    private mutating func value(
        _ json: JSONValue,
        _ type: ValueType,
        at path: ConfigPath
    ) -> ConfigValue? {
        let word: String
        switch (json, type) {
        case (.integer(let number), .integer): word = String(number)
        case (.bool(let flag), .flag): word = flag ? "true" : "false"
        case (.string, .integer), (.string, .flag):
            report(.form(json, type == .flag ? "a boolean" : "an integer", at: path))
            return nil
        case (.string(let text), _): word = text
        default:
            report(.form(json, type.jsonForm, at: path))
            return nil
        }
        do throws(ConfigProblem) {
            return try type.read(word, at: path)
        } catch {
            report(error)
            return nil
        }
    }
}

extension ValueType {
    /// What the JSON form of a value is.
    fileprivate var jsonForm: String {
        switch self {
        case .flag: "a boolean"
        case .integer: "an integer"
        default: "a string"
        }
    }
}

extension ConfigProblem {
    /// A value of another JSON type than its place takes.
    fileprivate static func form(
        _ json: JSONValue,
        _ allowed: String,
        at path: ConfigPath
    ) -> ConfigProblem {
        let found =
            switch json {
            case .object(let members): members.isEmpty ? "{}" : "an object"
            case .array(let elements): elements.isEmpty ? "[]" : "an array"
            case .string: "a string"
            case .integer, .number: "a number"
            case .bool: "a boolean"
            case .null: "null"
            }
        return ConfigProblem(.formWrong, at: path, found: found, allowed: [allowed])
    }

    /// A word that is no keyword of `container`.
    static func unknownWord(
        _ word: String,
        among container: ContainerShape,
        at path: ConfigPath
    ) -> ConfigProblem {
        let known = container.children.map(\.keyword)
        return ConfigProblem(
            .wordUnknown,
            at: path,
            found: word,
            allowed: known,
            suggestion: Suggestion.nearest(to: word, among: known)
        )
    }
}
