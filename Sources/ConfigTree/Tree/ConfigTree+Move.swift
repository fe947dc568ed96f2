// Renaming and copying of entries. Who is renamed keeps what refers to him: a policy that named
// the old name would silently stop meaning anyone.

extension ConfigTree {
    mutating func rename(_ path: ConfigPath, to name: String) throws(ConfigProblem) {
        let move = try move(path, to: name)
        let renaming = Renaming(move)
        if let renaming { try renaming.checkNames(in: self) }
        change(move.source) { _ in nil }
        change(move.target) { _ in move.entry }
        if let renaming { top = renaming.children(top, ConfigSchema.top) }
    }

    mutating func copy(_ path: ConfigPath, to name: String) throws(ConfigProblem) {
        let move = try move(path, to: name)
        guard let shape = ConfigSchema.shape(at: move.source),
            let copied = Self.copied(move.entry, shape)
        else { throw ConfigProblem(.notMovable, at: move.source) }
        change(move.target) { _ in copied }
    }

    /// The entry at `path`, and where it goes.
    private func move(
        _ path: ConfigPath,
        to name: String
    ) throws(ConfigProblem) -> Move {
        let source = try GrammarWalk.along(path).path
        let list = ConfigPath(Array(source.words.dropLast()))
        guard case .list(let shape)? = ConfigSchema.shape(at: list), shape.isMovable,
            !source.words.isEmpty
        else { throw ConfigProblem(.notMovable, at: source) }
        let target = list.appending(try shape.name.type.read(name, at: list).word)
        guard let entry = node(at: source) else { throw missing(source) }
        guard node(at: target) == nil else {
            throw ConfigProblem(.alreadyThere, at: list, found: target.words.last)
        }
        return Move(entry: entry, source: source, target: target)
    }

    /// What a copy has of `node`.
    private static func copied(_ node: ConfigNode, _ shape: ConfigShape) -> ConfigNode? {
        guard case .container(let container) = shape else { return node }
        let children = node.children.filter { container.child($0.key)?.isCopied == true }
        return .branch(unlessEmpty: children)
    }
}

/// An entry, where it is and where it goes.
private struct Move {
    let entry: ConfigNode
    let source: ConfigPath
    let target: ConfigPath
}

/// A change of an entry's name, where it is referred to.
private struct Renaming {
    let list: String
    let old: String
    let new: String

    /// Nil for entries that nothing can refer to: those of lists below the top.
    init?(_ move: Move) {
        guard move.source.words.count == 2 else { return nil }
        list = move.source.words[0]
        old = move.source.words[1]
        new = move.target.words[1]
    }

    /// Refuses if a list that is keyed by the renamed names has an entry of the new name already,
    /// as a quota that waits for an agent.
    func checkNames(in tree: ConfigTree) throws(ConfigProblem) {
        for node in ConfigSchema.top.children {
            guard case .list(let shape) = node.shape, shape.name.type.referredList == list,
                let entries = tree.top[node.keyword], entries[old] != nil, entries[new] != nil
            else { continue }
            throw ConfigProblem(.alreadyThere, at: [node.keyword], found: new)
        }
    }

    func children(
        _ children: [String: ConfigNode],
        _ container: ContainerShape
    ) -> [String: ConfigNode] {
        var changed = children
        for node in container.children where Self.refers(node.shape, to: list) {
            guard let child = children[node.keyword] else { continue }
            changed[node.keyword] = self.node(child, node.shape)
        }
        return changed
    }

    private func node(_ node: ConfigNode, _ shape: ConfigShape) -> ConfigNode {
        switch shape {
        case .container(let container): return .branch(children(node.children, container))
        case .list(let shape):
            var entries = node.children
            if Self.refers(shape.entry, to: list) {
                entries = entries.mapValues { self.node($0, shape.entry) }
            }
            if shape.name.type.referredList == list, let entry = entries.removeValue(forKey: old) {
                entries[new] = entry
            }
            return .branch(entries)
        case .leaf(let leaf):
            return node.value.map { .value(.text(word($0.word, leaf.type))) } ?? node
        case .leaves(let leaf):
            let words = node.values.map { word($0, leaf.type) }
            return words == node.values ? node : .values(unlessEmpty: words) ?? node
        }
    }

    private func word(_ word: String, _ type: ValueType) -> String {
        guard let reference = type.reference(in: word), reference.list == list,
            reference.name == old
        else { return word }
        return String(word.dropLast(old.count)) + new
    }

    /// Whether a value somewhere in `shape` can refer to entries of `list`.
    private static func refers(_ shape: ConfigShape, to list: String) -> Bool {
        switch shape {
        case .container(let container):
            container.children.contains { refers($0.shape, to: list) }
        case .list(let shape):
            shape.name.type.referredList == list || refers(shape.entry, to: list)
        case .leaf(let leaf), .leaves(let leaf): leaf.type.referredList == list
        }
    }
}

extension ValueType {
    /// The list at the top that values of this type can refer to.
    var referredList: String? {
        switch self {
        case .agentReference: "agent"
        case .destination(allowsGroups: true): "destination-group"
        default: nil
        }
    }

    /// What `word` refers to; nil if it refers to nothing.
    func reference(in word: String) -> (list: String, name: String)? {
        guard let referredList else { return nil }
        if self == .agentReference { return (referredList, word) }
        return Self.groupName(word).map { (referredList, $0) }
    }
}
