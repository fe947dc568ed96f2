// Typed access to the children of one entry.

/// The children of one node while a part of a snapshot is made of them.
struct EntryReader {
    let path: ConfigPath
    private let children: [String: ConfigNode]

    init(_ node: ConfigNode?, at path: ConfigPath) {
        self.path = path
        children = node?.children ?? [:]
    }

    /// Whether nothing is set below.
    var isEmpty: Bool { children.isEmpty }

    /// The entries of a list or the children of a container, ascending by their names' bytes.
    var entries: [(name: String, node: ConfigNode)] {
        children.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func inner(_ keyword: String) -> EntryReader {
        EntryReader(children[keyword], at: path.appending(keyword))
    }

    func text(_ keyword: String) throws(ConfigProblem) -> String {
        guard let word = children[keyword]?.value?.word else { throw missing(keyword) }
        return word
    }

    func optionalText(_ keyword: String) -> String? { children[keyword]?.value?.word }

    func integer(_ keyword: String) -> Int64? {
        if case .integer(let number)? = children[keyword]?.value { number } else { nil }
    }

    func count(_ keyword: String) -> Int? { integer(keyword).map(Int.init) }

    func flag(_ keyword: String) -> Bool? {
        if case .flag(let flag)? = children[keyword]?.value { flag } else { nil }
    }

    func moment(_ keyword: String) -> Int64? { optionalText(keyword).flatMap(Moment.seconds) }

    /// A set; nil if nothing is in it, which means any.
    func values(_ keyword: String) -> [String]? { children[keyword]?.values }

    /// A word of an enumeration; nil if it is not set.
    func choice<Choice: RawRepresentable<String>>(
        _ keyword: String
    ) throws(ConfigProblem) -> Choice? {
        guard let word = children[keyword]?.value?.word else { return nil }
        guard let choice = Choice(rawValue: word.replacing("-", with: "_")) else {
            throw ConfigProblem(.valueRefused, at: path.appending(keyword), found: word)
        }
        return choice
    }

    func missing(_ keyword: String) -> ConfigProblem {
        ConfigProblem(.requiredMissing, at: path, allowed: ["`\(keyword)`"])
    }
}
