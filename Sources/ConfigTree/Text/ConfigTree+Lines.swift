// The configuration as people read it: one indented line for each keyword or name, and as the
// lines that make it.

/// How a line of a shown configuration relates to what it is compared with.
public enum ConfigMark: String, Sendable {
    /// It is in both.
    case same = " "
    /// It is new.
    case added = "+"
    /// It is gone.
    case removed = "-"
    /// It has another value.
    case changed = ">"
}

extension ConfigTree {
    /// The lines that make this configuration from nothing, each ended by a line break.
    ///
    /// - Parameter path: only what is there and below.
    public func commandsText(at path: ConfigPath = []) -> String {
        var writer = CommandWriter()
        if let shape = ConfigSchema.shape(at: path), let node = node(at: path) {
            writer.write(node, shape, path.words.isEmpty ? "set" : "set \(path.text)")
        }
        return writer.text
    }

    /// The lines that make this configuration from `base`, each ended by a line break.
    public func commandsText(from base: ConfigTree) -> String {
        edits(from: base).reduce(into: "") { $0 += $1.text + "\n" }
    }

    /// The edits that make this configuration from `base`; what is gone as a whole is deleted by
    /// one of them.
    public func edits(from base: ConfigTree) -> [ConfigEdit] {
        var edits: [ConfigEdit] = []
        var gone: ConfigPath?
        for change in changes(from: base) {
            if let new = change.new {
                edits.append(.set(change.path, new))
            } else if let place = firstMissing(change.path) {
                if place != gone { edits.append(.delete(place, nil)) }
                gone = place
            } else {
                edits.append(.delete(change.path, change.old))
            }
        }
        return edits
    }

    /// The shortest path to `path` at which nothing is; nil if something is at `path`.
    private func firstMissing(_ path: ConfigPath) -> ConfigPath? {
        var node = ConfigNode.branch(top)
        for (depth, word) in path.words.enumerated() {
            guard let child = node[word] else { return ConfigPath(Array(path.words[...depth])) }
            node = child
        }
        return nil
    }

    /// The configuration, indented by four blanks a level, each line ended by a line break.
    ///
    /// - Parameter path: only what is there and below.
    public func showText(at path: ConfigPath = []) -> String {
        Shower(base: nil).text(nil, node(at: path), at: path)
    }

    /// The same with what differs from `base`: `+` before what is new, `-` before what is gone,
    /// `>` before what has another value.
    ///
    /// - Parameter onlyChanges: leaves out what is the same, but for the keywords that lead to
    ///   what differs; a value that changed is then shown as it was and as it is.
    public func showText(
        marking base: ConfigTree,
        at path: ConfigPath = [],
        onlyChanges: Bool = false
    ) -> String {
        Shower(base: base, onlyChanges: onlyChanges)
            .text(base.node(at: path), node(at: path), at: path)
    }
}

/// Writes a tree along the grammar.
private struct Shower {
    /// What to compare with; nil to write without marks.
    let base: ConfigTree?
    var onlyChanges = false
    private var lines = ""

    init(base: ConfigTree?, onlyChanges: Bool = false) {
        self.base = base
        self.onlyChanges = onlyChanges
    }

    consuming func text(_ old: ConfigNode?, _ new: ConfigNode?, at path: ConfigPath) -> String {
        guard let shape = ConfigSchema.shape(at: path) else { return "" }
        switch shape {
        case .container, .list: show(old, new, shape, depth: 0)
        case .leaf, .leaves: values(path.words.last ?? "", old, new, shape, depth: 0)
        }
        return lines
    }

    private mutating func show(
        _ old: ConfigNode?,
        _ new: ConfigNode?,
        _ shape: ConfigShape,
        depth: Int
    ) {
        switch shape {
        case .container(let container):
            for child in container.children {
                let (before, after) = (old?[child.keyword], new?[child.keyword])
                guard before != nil || after != nil else { continue }
                if case .list(let list) = child.shape {
                    entries(child.keyword, before, after, list, depth: depth)
                } else {
                    keyword(child.keyword, before, after, child.shape, depth: depth)
                }
            }
        case .list(let list): entries("", old, new, list, depth: depth)
        case .leaf, .leaves: values("", old, new, shape, depth: depth)
        }
    }

    /// A list's keyword stands before each of its names.
    private mutating func entries(
        _ keyword: String,
        _ old: ConfigNode?,
        _ new: ConfigNode?,
        _ list: ListShape,
        depth: Int
    ) {
        var names = Set(new.map { Array($0.children.keys) } ?? [])
        if base != nil { names.formUnion(old.map { Array($0.children.keys) } ?? []) }
        let prefix = keyword.isEmpty ? "" : keyword + " "
        for name in names.sorted() {
            let words = prefix + ConfigWords.quoted(name)
            self.keyword(words, old?[name], new?[name], list.entry, depth: depth)
        }
    }

    private mutating func keyword(
        _ words: String,
        _ old: ConfigNode?,
        _ new: ConfigNode?,
        _ shape: ConfigShape,
        depth: Int
    ) {
        if onlyChanges, old == new { return }
        switch shape {
        case .container, .list:
            line(mark(old == nil, new == nil), words, depth)
            show(old, new, shape, depth: depth + 1)
        case .leaf, .leaves: values(words, old, new, shape, depth: depth)
        }
    }

    private mutating func values(
        _ words: String,
        _ old: ConfigNode?,
        _ new: ConfigNode?,
        _ shape: ConfigShape,
        depth: Int
    ) {
        func written(_ value: String) -> String {
            let value = ConfigWords.quoted(value)
            return words.isEmpty ? value : "\(words) \(value)"
        }
        guard case .leaves = shape else {
            let (before, after) = (old?.value, new?.value)
            let isChanged = before != nil && after != nil && before != after
            if isChanged, onlyChanges, let before { line(.removed, written(before.word), depth) }
            guard let value = after ?? (base == nil ? nil : before) else { return }
            let sign = isChanged && !onlyChanges ? .changed : mark(before != after, after == nil)
            return line(sign, written(value.word), depth)
        }
        let (before, after) = (Set(old?.values ?? []), Set(new?.values ?? []))
        let all = base == nil ? after : before.union(after)
        for value in all.sorted() {
            let sign = mark(!before.contains(value), !after.contains(value))
            if onlyChanges, sign == .same { continue }
            line(sign, written(value), depth)
        }
    }

    private func mark(_ isAdded: Bool, _ isRemoved: Bool) -> ConfigMark {
        isRemoved ? .removed : isAdded ? .added : .same
    }

    private mutating func line(_ mark: ConfigMark, _ words: String, _ depth: Int) {
        if base != nil { lines += mark.rawValue + " " }
        lines += String(repeating: "    ", count: depth) + words + "\n"
    }
}

/// Writes the lines that make a configuration, along the grammar.
///
/// Words are spelled once for all the lines that begin with them: a large configuration has a
/// hundred thousand lines, which operators read whole.
private struct CommandWriter {
    var text = ""

    /// - Parameter head: the beginning of every line of the node.
    mutating func write(_ node: ConfigNode, _ shape: ConfigShape, _ head: String) {
        switch shape {
        case .container(let container):
            for child in container.children {
                guard let below = node[child.keyword] else { continue }
                write(below, child.shape, "\(head) \(ConfigWords.quoted(child.keyword))")
            }
        case .list(let list):
            for (name, entry) in node.children.sorted(by: { $0.key < $1.key }) {
                write(entry, list.entry, "\(head) \(ConfigWords.quoted(name))")
            }
        case .leaf:
            if let value = node.value { add(head, value.word) }
        case .leaves:
            for word in node.values { add(head, word) }
        }
    }

    private mutating func add(_ head: String, _ word: String) {
        text += head
        text += " "
        text += ConfigWords.quoted(word)
        text += "\n"
    }
}
