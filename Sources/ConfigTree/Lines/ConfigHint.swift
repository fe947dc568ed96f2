// Completion and `?`: what may follow a line that is still being typed.

/// A word that may come next.
public struct ConfigHint: Sendable, Equatable {
    /// The word, quoted if it needs to be; a placeholder stands in `<…>`.
    public let word: String
    /// What it is for; may be empty.
    public let help: String
    /// Whether the word stands for others and is not typed itself.
    public let isPlaceholder: Bool

    init(_ word: String, _ help: String, isPlaceholder: Bool = false) {
        self.word = word
        self.help = help
        self.isPlaceholder = isPlaceholder
    }
}

extension ConfigSchema {
    /// The most hints that one line is given.
    public static var hintsMax: Int { 200 }

    /// The words that the line's last word can be completed to, or that can follow it if the line
    /// ends in a blank.
    ///
    /// - Parameters:
    ///   - tree: where names and values that exist are taken from.
    ///   - level: where the line's paths begin.
    public static func completions(
        for line: String,
        in tree: ConfigTree,
        at level: ConfigLevel = .top
    ) -> [ConfigHint] {
        help(for: line, in: tree, at: level).filter { !$0.isPlaceholder }
    }

    /// The same with placeholders where the author chooses the word: what `?` shows.
    ///
    /// A line that makes no sense up to its last word has no hints. Beside the lines that change
    /// something, it may be the path of `edit` or of `show`.
    public static func help(
        for line: String,
        in tree: ConfigTree,
        at level: ConfigLevel = .top
    ) -> [ConfigHint] {
        guard let split = try? ConfigWords.scan(line) else { return [] }
        var words = split.words[...]
        let prefix = split.endsInWord ? words.popLast() ?? "" : ""
        let hints: [ConfigHint]
        if let verb = words.popFirst() {
            let finder = HintFinder(tree: tree, level: level, verb: verb)
            hints = finder.hints(after: words)
        } else {
            hints = ConfigEdit.verbs.map { ConfigHint($0.word, $0.help) }
        }
        let fitting = hints.filter {
            $0.isPlaceholder || $0.word.hasPrefix(prefix) || $0.word.hasPrefix("'" + prefix)
        }
        return Array(fitting.prefix(hintsMax))
    }
}

/// Finds what may follow the words after one verb.
private struct HintFinder {
    let tree: ConfigTree
    let level: ConfigLevel
    let verb: String

    private var isMove: Bool { verb == "rename" || verb == "copy" }
    /// Whether the line may name what is not there yet.
    private var makesNew: Bool { verb == "set" || verb == "edit" }
    private var isKnown: Bool {
        verb == "edit" || verb == "show" || ConfigEdit.verbs.contains { $0.word == verb }
    }

    func hints(after words: ArraySlice<String>) -> [ConfigHint] {
        guard isKnown else { return [] }
        var walk = level.walk
        var rest = words
        var list: ListShape?
        while walk.leaf == nil, let word = rest.first, !(isMove && list != nil && word == "to") {
            list = if case .list(let shape) = walk.shape { shape } else { nil }
            guard (try? walk.step(word)) != nil else { return [] }
            rest.removeFirst()
        }
        if isMove, let list, list.isMovable, rest.first == "to" {
            return rest.count == 1 ? [placeholder(list.name)] : []
        }
        guard rest.isEmpty else { return [] }
        var hints = hints(at: walk)
        if isMove, list?.isMovable == true { hints.append(ConfigHint("to", "then the other name")) }
        return hints
    }

    private func hints(at walk: GrammarWalk) -> [ConfigHint] {
        switch walk.shape {
        case .container(let container):
            let present = tree.node(at: walk.path)?.children ?? [:]
            return container.children.filter { isUseful($0, present) }.map {
                ConfigHint($0.keyword, $0.help + note($0))
            }
        case .list(let list):
            let names = tree.names(at: walk.path).map { hint($0) }
            if !makesNew { return names }
            return [placeholder(list.name)] + unique(names + sourced(list.name))
        case .leaf(let leaf), .leaves(let leaf):
            if isMove || verb == "show" || verb == "edit" { return [] }
            if verb == "delete" { return present(at: walk.path).map { hint($0) } }
            let known = leaf.type.knownWords.map { ConfigHint($0.word, $0.help) }
            let closed = if case .choice = leaf.type { true } else { leaf.type == .flag }
            return (closed ? [] : [placeholder(leaf)]) + unique(known + sourced(leaf))
        }
    }

    /// What is not there can be set, but neither deleted nor moved.
    private func isUseful(_ node: SchemaNode, _ present: [String: ConfigNode]) -> Bool {
        if verb == "edit" { return node.shape.leadsToLevel }
        if verb == "set" { return true }
        guard present[node.keyword] != nil else { return false }
        return !isMove || Self.isMovable(node.shape)
    }

    private static func isMovable(_ shape: ConfigShape) -> Bool {
        switch shape {
        case .container(let container): container.children.contains { isMovable($0.shape) }
        case .list(let list): list.isMovable || isMovable(list.entry)
        case .leaf, .leaves: false
        }
    }

    private func note(_ node: SchemaNode) -> String {
        if node.isRequired { return " (required)" }
        guard case .leaf(let leaf) = node.shape, let fallback = leaf.fallback else { return "" }
        return " (default \(fallback.word))"
    }

    private func placeholder(_ leaf: LeafShape) -> ConfigHint {
        ConfigHint(
            "<\(leaf.type.noun)>",
            leaf.type.allowed.joined(separator: ", "),
            isPlaceholder: true
        )
    }

    private func sourced(_ leaf: LeafShape) -> [ConfigHint] {
        switch leaf.source {
        case .names(let list)?:
            let prefix = leaf.type == .agentReference ? "" : ValueType.groupPrefix
            return tree.names(at: [list]).map { hint(prefix + $0) }
        case .values(let list, let keyword)?:
            let entries = tree.node(at: [list])?.children ?? [:]
            let words = Set(entries.values.compactMap { $0[keyword]?.value?.word })
            return words.sorted().map { hint($0) }
        case nil: return []
        }
    }

    private func present(at path: ConfigPath) -> [String] {
        let node = tree.node(at: path)
        return node?.value.map { [$0.word] } ?? node?.values ?? []
    }

    private func hint(_ word: String) -> ConfigHint { ConfigHint(ConfigWords.quoted(word), "") }

    private func unique(_ hints: [ConfigHint]) -> [ConfigHint] {
        var seen: Set<String> = []
        return hints.filter { seen.insert($0.word).inserted }
    }
}
