// The configuration as text: as people read it, and as the lines that make it. A large one is a hundred
// thousand lines that are sent as they are, so they are bytes from the beginning.

extension ConfigTree {
    /// The lines that make this configuration from nothing, each ended by a line break; ASCII.
    ///
    /// - Parameter path: only what is there and below.
    public func commandBytes(at path: ConfigPath = []) -> [UInt8] {
        var writer = CommandWriter(at: path)
        if let shape = ConfigSchema.shape(at: path), let node = node(at: path) {
            writer.write(node, shape)
        }
        return writer.bytes
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

    /// The configuration, indented by four blanks a level, each line ended by a line break; ASCII.
    ///
    /// - Parameter path: only what is there and below.
    public func shownBytes(at path: ConfigPath = []) -> [UInt8] {
        let node = node(at: path)
        return TreeShower(isMarked: false).bytes(node, node, at: path)
    }

    /// The same with what differs from `base`: `+` before what is new, `-` before what is gone,
    /// `>` before what has another value.
    ///
    /// - Parameter onlyChanges: leaves out what is the same, but for the keywords that lead to
    ///   what differs; a value that changed is then shown as it was and as it is.
    public func shownBytes(
        marking base: ConfigTree,
        at path: ConfigPath = [],
        onlyChanges: Bool = false
    ) -> [UInt8] {
        TreeShower(isMarked: true, onlyChanges: onlyChanges)
            .bytes(base.node(at: path), node(at: path), at: path)
    }
}
