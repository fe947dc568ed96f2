// Two people changed one configuration. What only one of them touched is taken from them; what
// both touched differently is a conflict that neither of them wins silently.

/// Two configurations brought together.
public enum ConfigMerge: Sendable, Equatable {
    /// The configuration with the changes of both.
    case merged(ConfigTree)
    /// The places that both changed, each in another way.
    case conflicts([ConfigPath])

    /// Whose change counts where both changed the same.
    public enum Preference: String, Sendable {
        /// One's own.
        case mine
        /// The other's.
        case theirs
    }
}

extension ConfigTree {
    /// Applies to `theirs` what `mine` changed since `base`.
    ///
    /// A set is merged value by value. An entry that one side removed or both sides made, each
    /// with other content, is a conflict as a whole: half of a policy is another policy.
    ///
    /// - Parameter preference: decides conflicts; nil to be told of them.
    public static func merge(
        base: ConfigTree,
        mine: ConfigTree,
        theirs: ConfigTree,
        preference: ConfigMerge.Preference? = nil
    ) -> ConfigMerge {
        var merger = Merger(preference: preference)
        let sides = Sides(
            base: .branch(base.top),
            mine: .branch(mine.top),
            theirs: .branch(theirs.top)
        )
        let merged = merger.merge(sides, ConfigSchema.root, at: [])
        guard preference != nil || merger.conflicts.isEmpty else {
            return .conflicts(merger.conflicts)
        }
        return .merged(ConfigTree(top: merged?.children ?? [:]))
    }
}

/// A place in the three trees.
private struct Sides {
    let base: ConfigNode?
    let mine: ConfigNode?
    let theirs: ConfigNode?

    func child(_ word: String) -> Sides {
        Sides(base: base?[word], mine: mine?[word], theirs: theirs?[word])
    }
}

private struct Merger {
    let preference: ConfigMerge.Preference?
    var conflicts: [ConfigPath] = []

    mutating func merge(_ sides: Sides, _ shape: ConfigShape, at path: ConfigPath) -> ConfigNode? {
        if sides.mine == sides.base || sides.mine == sides.theirs { return sides.theirs }
        if sides.theirs == sides.base { return sides.mine }
        switch shape {
        case .container(let container):
            return branch(sides, container.children.map { ($0.keyword, $0.shape) }, at: path)
        case .list(let list):
            let nodes = [sides.base, sides.mine, sides.theirs]
            let names = Set(nodes.flatMap { node in node.map { Array($0.children.keys) } ?? [] })
            return entries(sides, names.sorted(), list.entry, at: path)
        case .leaf: return conflict(sides, at: path)
        case .leaves: return values(sides)
        }
    }

    private mutating func branch(
        _ sides: Sides,
        _ children: [(String, ConfigShape)],
        at path: ConfigPath
    ) -> ConfigNode? {
        var merged: [String: ConfigNode] = [:]
        for (word, shape) in children {
            merged[word] = merge(sides.child(word), shape, at: path.appending(word))
        }
        return .branch(unlessEmpty: merged)
    }

    private mutating func entries(
        _ sides: Sides,
        _ names: [String],
        _ shape: ConfigShape,
        at path: ConfigPath
    ) -> ConfigNode? {
        var merged = sides.theirs?.children ?? [:]
        for name in names {
            let entry = sides.child(name)
            if entry.mine == entry.base || entry.mine == entry.theirs { continue }
            let place = path.appending(name)
            if entry.theirs == entry.base {
                merged[name] = entry.mine
            } else if case .leaves = shape {
                merged[name] = values(entry)
            } else if entry.base == nil || entry.mine == nil || entry.theirs == nil {
                merged[name] = conflict(entry, at: place)
            } else {
                merged[name] = merge(entry, shape, at: place)
            }
        }
        return .branch(unlessEmpty: merged)
    }

    private mutating func conflict(_ sides: Sides, at path: ConfigPath) -> ConfigNode? {
        conflicts.append(path)
        return preference == .mine ? sides.mine : sides.theirs
    }

    private func values(_ sides: Sides) -> ConfigNode? {
        let base = Set(sides.base?.values ?? [])
        let mine = Set(sides.mine?.values ?? [])
        let theirs = Set(sides.theirs?.values ?? [])
        let kept = theirs.subtracting(base.subtracting(mine))
        return .values(unlessEmpty: kept.union(mine.subtracting(base)))
    }
}
