// Lines read along the grammar. Words are whole: an abbreviation that is clear today is ambiguous
// when the grammar grows, so completion is offered instead.

import ClawgressModel

extension ConfigEdit {
    /// Reads one line, such as `set policy p action allow`.
    ///
    /// - Parameter level: where the line's paths begin; what is made of them begins at the top.
    /// - Throws: `ConfigProblem` with the place in the line at which it stops making sense.
    public init(parsing line: String, at level: ConfigLevel = .top) throws(ConfigProblem) {
        var words = try ConfigWords.split(line)[...]
        guard let verb = words.popFirst() else {
            throw ConfigProblem(.valueMissing, at: [], allowed: Self.verbs.map(\.word))
        }
        switch verb {
        case "set": self = try Self.parseSet(words, level)
        case "delete": self = try Self.parseDelete(words, level)
        case "rename":
            let (path, name) = try Self.parseMove(words, level)
            self = .rename(path, to: name)
        case "copy":
            let (path, name) = try Self.parseMove(words, level)
            self = .copy(path, to: name)
        default:
            let known = Self.verbs.map(\.word)
            throw ConfigProblem(
                .wordUnknown,
                at: [],
                found: verb,
                allowed: known,
                suggestion: Suggestion.nearest(to: verb, among: known)
            )
        }
    }

    private static func parseSet(
        _ words: ArraySlice<String>,
        _ level: ConfigLevel
    ) throws(ConfigProblem) -> ConfigEdit {
        var words = words
        let place = try GrammarWalk.begin(&words, from: level.walk)
        guard let leaf = place.leaf, let word = words.popFirst() else {
            throw ConfigProblem(.valueMissing, at: place.path, allowed: place.allowed)
        }
        let value = try leaf.type.read(word, at: place.path)
        try requireEnd(words, at: place.path)
        return .set(place.path, value)
    }

    private static func parseDelete(
        _ words: ArraySlice<String>,
        _ level: ConfigLevel
    ) throws(ConfigProblem) -> ConfigEdit {
        var words = words
        let place = try GrammarWalk.begin(&words, from: level.walk)
        // What one is in is not deleted by leaving the words out.
        guard place.path != level.path else {
            throw ConfigProblem(.valueMissing, at: place.path, allowed: place.allowed)
        }
        guard let leaf = place.leaf, let word = words.popFirst() else {
            return .delete(place.path, nil)
        }
        let value = try leaf.type.read(word, at: place.path)
        try requireEnd(words, at: place.path)
        return .delete(place.path, value)
    }

    /// Reads `PATH to NAME`.
    private static func parseMove(
        _ words: ArraySlice<String>,
        _ level: ConfigLevel
    ) throws(ConfigProblem) -> (ConfigPath, String) {
        var walk = level.walk
        var rest = words
        var list: ListShape?
        // An entry may be called `to`, so the keyword is looked for only where a name was read.
        while walk.leaf == nil, let word = rest.first, list == nil || word != "to" {
            list = if case .list(let shape) = walk.shape { shape } else { nil }
            try walk.step(word)
            rest.removeFirst()
        }
        guard let list else {
            if rest.isEmpty, walk.leaf == nil {
                throw ConfigProblem(.valueMissing, at: walk.path, allowed: walk.allowed)
            }
            throw ConfigProblem(.notMovable, at: walk.path)
        }
        guard list.isMovable else { throw ConfigProblem(.notMovable, at: walk.path) }
        guard rest.popFirst() == "to" else {
            throw ConfigProblem(.valueMissing, at: walk.path, allowed: ["to"])
        }
        guard let word = rest.popFirst() else {
            throw ConfigProblem(.valueMissing, at: walk.path, allowed: list.name.type.allowed)
        }
        let name = try list.name.type.read(word, at: walk.path).word
        try requireEnd(rest, at: walk.path)
        return (walk.path, name)
    }

    private static func requireEnd(
        _ words: ArraySlice<String>,
        at path: ConfigPath
    ) throws(ConfigProblem) {
        guard let word = words.first else { return }
        throw ConfigProblem(.wordUnknown, at: path, found: word, allowed: ["the end of the line"])
    }
}

extension ConfigTree {
    /// The most lines that one text can have.
    public static var linesMax: Int { 1_000_000 }
    /// The most problems that one text is told of.
    static var problemsMax: Int { 100 }

    /// Reads a text of lines; empty lines and comments (`#`) are passed over.
    ///
    /// - Throws: `ConfigProblems`, each with its line.
    public static func read(commands text: String) throws(ConfigProblems) -> [ConfigEdit] {
        try numbered(text).map(\.edit)
    }

    /// Applies the lines of a text in their order, or changes nothing.
    ///
    /// - Throws: `ConfigProblems`, each with its line: all lines that cannot be read, or else the
    ///   first that cannot be applied.
    public mutating func apply(commands text: String) throws(ConfigProblems) {
        let lines = try Self.numbered(text)
        do throws(ConfigProblems) {
            try apply(lines.map(\.edit))
        } catch {
            throw ConfigProblems(
                error.problems.map { problem in
                    var placed = problem
                    placed.line = problem.line.map { lines[$0 - 1].line }
                    return placed
                }
            )
        }
    }

    private static func numbered(
        _ text: String
    ) throws(ConfigProblems) -> [(line: Int, edit: ConfigEdit)] {
        var edits: [(line: Int, edit: ConfigEdit)] = []
        var problems: [ConfigProblem] = []
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (place, line) in lines.enumerated() {
            do throws(ConfigProblem) {
                guard place < linesMax else {
                    throw ConfigWords.malformed("the text has more than \(linesMax) lines")
                }
                let line = String(Substring(line))
                if try ConfigWords.split(line).isEmpty { continue }
                edits.append((place + 1, try ConfigEdit(parsing: line)))
            } catch {
                var problem = error
                problem.line = place + 1
                problems.append(problem)
                if problems.count >= problemsMax || place >= linesMax { break }
            }
        }
        guard problems.isEmpty else { throw ConfigProblems(problems) }
        return edits
    }
}
