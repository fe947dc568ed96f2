// What differs between two configurations. Trees that came from each other share what did not
// change, and shared dictionaries are compared at once: a comparison costs what was changed.

/// One difference.
public struct ConfigChange: Sendable, Equatable {
    /// What happened to a place.
    public enum Kind: String, Sendable {
        /// It has a value now.
        case added
        /// It has no value any more.
        case removed
        /// It has another value.
        case changed
    }

    /// A leaf or a set.
    public let path: ConfigPath
    /// What happened to it; for a set, to one of its values.
    public let kind: Kind
    /// The value before.
    public let old: ConfigValue?
    /// The value now.
    public let new: ConfigValue?
}

extension ConfigTree {
    /// How this configuration differs from `base`, in the order in which it is shown.
    ///
    /// - Parameter path: compares only what is there and below.
    public func changes(from base: ConfigTree, at path: ConfigPath = []) -> [ConfigChange] {
        var differ = Differ()
        if let shape = ConfigSchema.shape(at: path) {
            differ.compare(base.node(at: path), node(at: path), shape, at: path)
        }
        return differ.changes
    }
}

/// Walks two trees along the grammar.
private struct Differ {
    var changes: [ConfigChange] = []

    mutating func compare(
        _ old: ConfigNode?,
        _ new: ConfigNode?,
        _ shape: ConfigShape,
        at path: ConfigPath
    ) {
        guard old != new else { return }
        switch shape {
        case .container(let container):
            for child in container.children {
                let (before, after) = (old?[child.keyword], new?[child.keyword])
                if before == nil, after == nil { continue }
                compare(before, after, child.shape, at: path.appending(child.keyword))
            }
        case .list(let list):
            for name in differingNames(old?.children ?? [:], new?.children ?? [:]) {
                compare(old?[name], new?[name], list.entry, at: path.appending(name))
            }
        case .leaf: add(old?.value, new?.value, at: path)
        case .leaves:
            let (before, after) = (old?.values ?? [], new?.values ?? [])
            let (gone, come) = (Set(before).subtracting(after), Set(after).subtracting(before))
            for word in gone.union(come).sorted() {
                let value = ConfigValue.text(word)
                add(gone.contains(word) ? value : nil, come.contains(word) ? value : nil, at: path)
            }
        }
    }

    private func differingNames(
        _ old: [String: ConfigNode],
        _ new: [String: ConfigNode]
    ) -> [String] {
        let gone = old.keys.filter { new[$0] == nil }
        let other = new.filter { old[$0.key] != $0.value }
        return (gone + other.keys).sorted()
    }

    private mutating func add(_ old: ConfigValue?, _ new: ConfigValue?, at path: ConfigPath) {
        let kind: ConfigChange.Kind = old == nil ? .added : new == nil ? .removed : .changed
        changes.append(ConfigChange(path: path, kind: kind, old: old, new: new))
    }
}
