// The configuration as people read it: one indented line for each keyword or name, with marks where it
// is compared.

/// How a line of a shown configuration relates to what it is compared with.
enum ConfigMark {
    /// It is in both.
    case same
    /// It is new.
    case added
    /// It is gone.
    case removed
    /// It has another value.
    case changed

    /// The sign before the line.
    var byte: UInt8 {
        switch self {
        case .same: UInt8(ascii: " ")
        case .added: UInt8(ascii: "+")
        case .removed: UInt8(ascii: "-")
        case .changed: UInt8(ascii: ">")
        }
    }
}

/// Writes a tree along the grammar.
struct TreeShower {
    /// What stands before a value: a keyword, or a list's keyword and one of its names, or neither.
    private struct Label {
        var keyword = ""
        var name: String?
    }

    /// Whether lines begin with marks.
    let isMarked: Bool
    /// Whether what is the same is left out, but for the keywords that lead to what differs; a value
    /// that changed is then shown as it was and as it is.
    let onlyChanges: Bool
    private var lines: [UInt8] = []

    init(isMarked: Bool, onlyChanges: Bool = false) {
        self.isMarked = isMarked
        self.onlyChanges = onlyChanges
    }

    /// The lines about what was at a path and what is there; the same, where nothing is compared.
    consuming func bytes(_ old: ConfigNode?, _ new: ConfigNode?, at path: ConfigPath) -> [UInt8] {
        guard let shape = ConfigSchema.shape(at: path) else { return [] }
        switch shape {
        case .container, .list: show(old, new, shape, depth: 0)
        case .leaf, .leaves:
            values(Label(keyword: path.words.last ?? ""), old, new, shape, depth: 0)
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
            let (before, after) = (old?.children ?? [:], new?.children ?? [:])
            var left = before.count + after.count
            for child in container.children {
                // Most have little of what they could have: the search ends where there is no more.
                guard left > 0 else { break }
                let (old, new) = (before[child.keyword], after[child.keyword])
                left -= (old == nil ? 0 : 1) + (new == nil ? 0 : 1)
                guard old != nil || new != nil else { continue }
                if case .list(let list) = child.shape {
                    entries(child.keyword, old, new, list, depth: depth)
                } else {
                    keyword(Label(keyword: child.keyword), old, new, child.shape, depth: depth)
                }
            }
        case .list(let list): entries("", old, new, list, depth: depth)
        case .leaf, .leaves: values(Label(), old, new, shape, depth: depth)
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
        let (before, after) = (old?.children ?? [:], new?.children ?? [:])
        let names = after.keys + before.keys.filter { after[$0] == nil }
        for name in names.sorted() {
            let label = Label(keyword: keyword, name: name)
            self.keyword(label, before[name], after[name], list.entry, depth: depth)
        }
    }

    private mutating func keyword(
        _ label: Label,
        _ old: ConfigNode?,
        _ new: ConfigNode?,
        _ shape: ConfigShape,
        depth: Int
    ) {
        if onlyChanges, old == new { return }
        switch shape {
        case .container, .list:
            line(Self.mark(old == nil, new == nil), label, nil, depth)
            show(old, new, shape, depth: depth + 1)
        case .leaf, .leaves: values(label, old, new, shape, depth: depth)
        }
    }

    private mutating func values(
        _ label: Label,
        _ old: ConfigNode?,
        _ new: ConfigNode?,
        _ shape: ConfigShape,
        depth: Int
    ) {
        if case .leaves = shape {
            return values(label, old?.values ?? [], new?.values ?? [], depth: depth)
        }
        let (before, after) = (old?.value, new?.value)
        let isChanged = before != nil && after != nil && before != after
        if isChanged, onlyChanges { line(.removed, label, before?.word, depth) }
        guard let value = after ?? before else { return }
        let isNew = before != after
        let mark = isChanged && !onlyChanges ? .changed : Self.mark(isNew, after == nil)
        line(mark, label, value.word, depth)
    }

    /// The values of two sets in their order; each of them is ascending.
    private mutating func values(_ label: Label, _ old: [String], _ new: [String], depth: Int) {
        var (before, after) = (old[...], new[...])
        while let value = Self.lesser(before.first, after.first) {
            let isOld = before.first == value
            let isNew = after.first == value
            if isOld { before.removeFirst() }
            if isNew { after.removeFirst() }
            if onlyChanges, isOld, isNew { continue }
            line(Self.mark(!isOld, !isNew), label, value, depth)
        }
    }

    private static func lesser(_ one: String?, _ other: String?) -> String? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    private static func mark(_ isAdded: Bool, _ isRemoved: Bool) -> ConfigMark {
        isRemoved ? .removed : isAdded ? .added : .same
    }

    private mutating func line(
        _ mark: ConfigMark,
        _ label: Label,
        _ value: String?,
        _ depth: Int
    ) {
        let blank = UInt8(ascii: " ")
        if isMarked {
            lines.append(mark.byte)
            lines.append(blank)
        }
        for _ in 0..<depth * 4 { lines.append(blank) }
        let start = lines.count
        lines.append(contentsOf: label.keyword.utf8)
        for word in [label.name, value] {
            guard let word else { continue }
            if lines.count > start { lines.append(blank) }
            ConfigWords.append(word, to: &lines)
        }
        lines.append(UInt8(ascii: "\n"))
    }
}
