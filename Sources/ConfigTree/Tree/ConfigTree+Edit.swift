// Edits applied. Each is checked once more against the grammar, because an edit is a value that a
// program can make as well as a line.

import ClawgressModel

extension ConfigTree {
    /// Applies one edit, or changes nothing.
    ///
    /// - Throws: `ConfigProblem`.
    public mutating func apply(_ edit: ConfigEdit) throws(ConfigProblem) {
        switch edit {
        case .set(let path, let value): try set(path, value)
        case .delete(let path, let value): try delete(path, value)
        case .rename(let path, let name): try rename(path, to: name)
        case .copy(let path, let name): try copy(path, to: name)
        }
    }

    /// Applies all edits in their order, or changes nothing.
    ///
    /// - Throws: `ConfigProblems` with the first edit that cannot be applied; its place in the
    ///   list, counted from 1, is the problem's line.
    public mutating func apply(_ edits: [ConfigEdit]) throws(ConfigProblems) {
        var changed = self
        for (place, edit) in edits.enumerated() {
            do throws(ConfigProblem) {
                try changed.apply(edit)
            } catch {
                var problem = error
                problem.line = place + 1
                throw ConfigProblems([problem])
            }
        }
        self = changed
    }

    private mutating func set(
        _ path: ConfigPath,
        _ value: ConfigValue
    ) throws(ConfigProblem) {
        let walk = try GrammarWalk.along(path)
        guard let leaf = walk.leaf else {
            throw ConfigProblem(.valueMissing, at: path, allowed: walk.allowed)
        }
        let read = try leaf.type.read(value.word, at: path)
        let isSet = if case .leaves = walk.shape { true } else { false }
        change(walk.path) { node in
            guard isSet else { return .value(read) }
            guard var values = node?.values else { return .values([read.word]) }
            let place = values.partitioningIndex { $0 >= read.word }
            if place < values.count, values[place] == read.word { return node }
            values.insert(read.word, at: place)
            return .values(values)
        }
    }

    private mutating func delete(
        _ path: ConfigPath,
        _ value: ConfigValue?
    ) throws(ConfigProblem) {
        let walk = try GrammarWalk.along(path)
        guard let value else {
            guard node(at: walk.path) != nil else { throw missing(walk.path) }
            return change(walk.path) { _ in nil }
        }
        guard let leaf = walk.leaf else {
            throw ConfigProblem(.wordUnknown, at: path, found: value.word, allowed: walk.allowed)
        }
        let word = try leaf.type.read(value.word, at: path).word
        switch node(at: walk.path) {
        case .value(let present) where present.word == word: change(walk.path) { _ in nil }
        case .values(let values) where values.contains(word):
            change(walk.path) { _ in .values(unlessEmpty: values.filter { $0 != word }) }
        default: throw ConfigProblem(.notThere, at: path, found: word, allowed: present(walk.path))
        }
    }

    /// Why nothing is at `path`: the first word of it that leads nowhere.
    func missing(_ path: ConfigPath) -> ConfigProblem {
        var place = ConfigPath()
        for word in path.words {
            let next = place.appending(word)
            guard node(at: next) == nil else {
                place = next
                continue
            }
            return ConfigProblem(
                .notThere,
                at: place,
                found: word,
                suggestion: Suggestion.nearest(to: word, among: names(at: place))
            )
        }
        return ConfigProblem(.notThere, at: path, found: path.text)
    }

    /// The values at a leaf or set.
    private func present(_ path: ConfigPath) -> [String] {
        switch node(at: path) {
        case .value(let value): [value.word]
        case .values(let values): values
        case .branch, nil: []
        }
    }

    /// Replaces what is at `path`, of which `make` is given what is there; branches that become
    /// empty disappear.
    mutating func change(_ path: ConfigPath, _ make: (ConfigNode?) -> ConfigNode?) {
        guard let first = path.words.first else { return }
        Self.change(&top, first, path.words.dropFirst(), make)
    }

    private static func change(
        _ children: inout [String: ConfigNode],
        _ word: String,
        _ rest: ArraySlice<String>,
        _ make: (ConfigNode?) -> ConfigNode?
    ) {
        guard let next = rest.first else {
            children[word] = make(children[word])
            return
        }
        var inner = children[word]?.takeChildren() ?? [:]
        change(&inner, next, rest.dropFirst(), make)
        children[word] = .branch(unlessEmpty: inner)
    }
}

extension GrammarWalk {
    /// Walks the whole path.
    static func along(_ path: ConfigPath) throws(ConfigProblem) -> GrammarWalk {
        var walk = GrammarWalk()
        for word in path.words { try walk.step(word) }
        return walk
    }
}

extension [String] {
    /// The first place whose element satisfies `isAfter`; all behind it do too.
    fileprivate func partitioningIndex(where isAfter: (String) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
