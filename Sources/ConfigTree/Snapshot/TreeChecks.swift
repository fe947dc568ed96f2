// What the form of single values cannot say: that entries are whole, and that names lead to
// something. It all follows from the grammar's table.

import ClawgressModel

/// Collects what keeps a tree from being a configuration.
struct TreeChecks {
    let tree: ConfigTree
    private(set) var problems: [ConfigProblem] = []

    init(_ tree: ConfigTree) {
        self.tree = tree
        check(.branch(tree.top), ConfigSchema.root, at: [])
    }

    private mutating func report(_ problem: ConfigProblem) {
        if problems.count < ConfigTree.problemsMax { problems.append(problem) }
    }

    private mutating func check(_ node: ConfigNode, _ shape: ConfigShape, at path: ConfigPath) {
        switch shape {
        case .container(let container):
            let children = node.children
            for child in container.children {
                if let node = children[child.keyword] {
                    check(node, child.shape, at: path.appending(child.keyword))
                } else if child.isRequired {
                    report(
                        ConfigProblem(.requiredMissing, at: path, allowed: ["`\(child.keyword)`"])
                    )
                }
            }
            let alternatives = container.oneOf
            if !alternatives.isEmpty, alternatives.allSatisfy({ children[$0] == nil }) {
                let words = alternatives.map { "`\($0)`" }.joined(separator: " or ")
                report(ConfigProblem(.requiredMissing, at: path, allowed: [words]))
            }
        case .list(let list):
            for (name, entry) in node.children.sorted(by: { $0.key < $1.key }) {
                let place = path.appending(name)
                checkReference(name, list.name.type, at: place)
                check(entry, list.entry, at: place)
            }
        case .leaf(let leaf), .leaves(let leaf):
            guard leaf.type.referredList != nil else { return }
            for word in node.value.map({ [$0.word] }) ?? node.values {
                checkReference(word, leaf.type, at: path)
            }
        }
    }

    private mutating func checkReference(
        _ word: String,
        _ type: ValueType,
        at path: ConfigPath
    ) {
        guard let reference = type.reference(in: word),
            tree.top[reference.list]?[reference.name] == nil
        else { return }
        let names = tree.names(at: [reference.list])
        let near = Suggestion.nearest(to: reference.name, among: names)
        report(
            ConfigProblem(
                .referenceDangling,
                at: path,
                found: word,
                allowed: ["declare it with `set \(reference.list) \(reference.name) …`"],
                suggestion: near.map { String(word.dropLast(reference.name.count)) + $0 }
            )
        )
    }
}
