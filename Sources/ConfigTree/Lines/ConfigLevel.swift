// Where an operator is in the grammar: lines are read there, so that the beginning of a long path is
// typed once.

import ClawgressModel

/// A level of the configuration: the top, a container below it, or an entry of a list.
///
/// It is a place in the grammar, and nothing need be configured there yet: what is set at a level
/// makes it.
public struct ConfigLevel: Sendable, Equatable {
    /// A way from one level to another.
    public enum Move: Sendable, Equatable {
        /// Down, by words that are read at the level.
        case into([String])
        /// Up, by so many steps; an entry's keyword and name are one step.
        case up(Int)
        /// To the top, from wherever.
        case top
    }

    /// The whole configuration.
    public static let top = ConfigLevel()

    /// The way here.
    private(set) var walk = GrammarWalk()
    /// How many words lead to each level on the way, the last of them to this one.
    private var steps: [Int] = []

    private init() {}

    /// The words that lead here from the top, names in the one spelling that the grammar gives them.
    public var path: ConfigPath { walk.path }
    /// Whether this is the whole configuration.
    public var isTop: Bool { steps.isEmpty }

    /// The level that a move leads to.
    ///
    /// - Throws: `ConfigProblem` with what is possible where the move leads nowhere.
    public func moved(_ move: Move) throws(ConfigProblem) -> ConfigLevel {
        switch move {
        case .into(let words): return try down(words)
        case .up(let count): return try up(count)
        case .top: return .top
        }
    }

    /// Whether both are the same place.
    public static func == (one: ConfigLevel, other: ConfigLevel) -> Bool { one.path == other.path }

    private func up(_ count: Int) throws(ConfigProblem) -> ConfigLevel {
        guard count >= 1, count <= steps.count else {
            let allowed = steps.isEmpty ? below : steps.indices.map { "up \($0 + 1)" } + ["top"]
            throw ConfigProblem(.levelRefused, at: path, found: "up \(count)", allowed: allowed)
        }
        let wordCount = steps.dropLast(count).last ?? 0
        return try ConfigLevel.top.along(path.words.prefix(wordCount))
    }

    private func down(_ words: [String]) throws(ConfigProblem) -> ConfigLevel {
        guard words.isEmpty else { return try along(words[...]) }
        throw below.isEmpty
            ? ConfigProblem(.levelRefused, at: path)
            : ConfigProblem(.valueMissing, at: path, allowed: below)
    }

    private func along(_ words: ArraySlice<String>) throws(ConfigProblem) -> ConfigLevel {
        var level = self
        for word in words { try level.step(word) }
        guard case .container = level.walk.shape else {
            throw ConfigProblem(.valueMissing, at: level.path, allowed: level.walk.allowed)
        }
        return level
    }

    private mutating func step(_ word: String) throws(ConfigProblem) {
        if case .container(let container) = walk.shape {
            let isKnown = container.child(word) != nil
            guard isKnown, below.contains(word) else {
                throw ConfigProblem(
                    isKnown ? .levelRefused : .wordUnknown,
                    at: path,
                    found: word,
                    allowed: below,
                    suggestion: Suggestion.nearest(to: word, among: below)
                )
            }
        }
        try walk.step(word)
        if case .container = walk.shape { steps.append(path.words.count) }
    }

    /// The keywords here that lead to a level.
    private var below: [String] {
        guard case .container(let container) = walk.shape else { return [] }
        return container.children.filter { $0.shape.leadsToLevel }.map(\.keyword)
    }
}

extension ConfigShape {
    /// Whether this, or an entry of it, is a level.
    var leadsToLevel: Bool {
        switch self {
        case .container: true
        case .list(let list): list.entry.leadsToLevel
        case .leaf, .leaves: false
        }
    }
}
