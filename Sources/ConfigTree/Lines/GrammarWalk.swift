// The way of a line's words through the grammar.

/// A place in the grammar, and the words that led there.
struct GrammarWalk {
    private(set) var path = ConfigPath()
    private(set) var shape = ConfigSchema.root

    /// The leaf or set that the words have led to.
    var leaf: LeafShape? {
        switch shape {
        case .leaf(let leaf), .leaves(let leaf): leaf
        case .container, .list: nil
        }
    }

    /// What may follow.
    var allowed: [String] {
        switch shape {
        case .container(let container): container.children.map(\.keyword)
        case .list(let list): list.name.type.allowed
        case .leaf(let leaf), .leaves(let leaf): leaf.type.allowed
        }
    }

    /// Walks as far as the words are keywords and names; what remains of them are values.
    static func begin(
        _ words: inout ArraySlice<String>,
        from walk: GrammarWalk
    ) throws(ConfigProblem) -> GrammarWalk {
        var walk = walk
        while walk.leaf == nil, let word = words.first {
            try walk.step(word)
            words.removeFirst()
        }
        return walk
    }

    /// Takes one keyword or name.
    mutating func step(_ word: String) throws(ConfigProblem) {
        switch shape {
        case .container(let container):
            guard let child = container.child(word) else {
                throw .unknownWord(word, among: container, at: path)
            }
            path.words.append(word)
            shape = child.shape
        case .list(let list):
            path.words.append(try list.name.type.read(word, at: path).word)
            shape = list.entry
        case .leaf, .leaves:
            throw ConfigProblem(
                .wordUnknown,
                at: path,
                found: word,
                allowed: ["the end of the line"]
            )
        }
    }
}
