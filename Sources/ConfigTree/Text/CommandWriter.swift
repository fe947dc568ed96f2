// The lines that make a configuration, written as bytes: operators read a large one whole, which is a
// hundred thousand lines.

/// Writes the lines that make a configuration, along the grammar.
struct CommandWriter {
    /// What is written so far.
    private(set) var bytes: [UInt8] = []
    /// How the line begins that is written next: its words are spelled once for all lines that begin
    /// with them.
    private var head = Array("set".utf8)

    /// - Parameter path: what every line begins with.
    init(at path: ConfigPath) {
        for word in path.words { spell(word) }
    }

    /// Writes the lines of a node, which `head` leads to.
    mutating func write(_ node: ConfigNode, _ shape: ConfigShape) {
        switch shape {
        case .container(let container):
            let children = node.children
            // Most have little of what they could have: the search ends where there is no more.
            var left = children.count
            for child in container.children {
                guard left > 0 else { break }
                guard let below = children[child.keyword] else { continue }
                left -= 1
                write(below, child.shape, under: child.keyword)
            }
        case .list(let list):
            let children = node.children
            for name in children.keys.sorted() {
                guard let entry = children[name] else { continue }
                write(entry, list.entry, under: name)
            }
        case .leaf:
            if let value = node.value { line(value.word) }
        case .leaves:
            for word in node.values { line(word) }
        }
    }

    private mutating func write(_ node: ConfigNode, _ shape: ConfigShape, under word: String) {
        let length = head.count
        spell(word)
        write(node, shape)
        head.removeLast(head.count - length)
    }

    private mutating func spell(_ word: String) {
        head.append(UInt8(ascii: " "))
        ConfigWords.append(word, to: &head)
    }

    private mutating func line(_ value: String) {
        bytes.append(contentsOf: head)
        bytes.append(UInt8(ascii: " "))
        ConfigWords.append(value, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }
}
