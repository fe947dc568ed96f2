// What is wrong with a line, an edit or a whole configuration: always the place, what was found
// there, what may be there and, where it can be guessed, what was meant.

/// One thing that is wrong, at one place.
public struct ConfigProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of problem it is; the raw values are stable.
    public enum Code: String, Sendable, CaseIterable {
        /// The line's form is wrong: its verb, its quotes, its bytes or its length.
        case lineMalformed = "line_malformed"
        /// A word that the grammar does not have at its place.
        case wordUnknown = "word_unknown"
        /// A value or name that its place does not take.
        case valueRefused = "value_refused"
        /// The line ends before its value.
        case valueMissing = "value_missing"
        /// There is no such entry or value.
        case notThere = "not_there"
        /// There is such an entry already.
        case alreadyThere = "already_there"
        /// The place cannot be renamed or copied.
        case notMovable = "not_movable"
        /// A move leads to no level.
        case levelRefused = "level_refused"
        /// An entry lacks what it must have.
        case requiredMissing = "required_missing"
        /// A name of something that is not declared.
        case referenceDangling = "reference_dangling"
        /// The JSON is not of the form that a configuration has.
        case formWrong = "form_wrong"
    }

    /// What kind of problem it is.
    public let code: Code
    /// Where it is.
    public var path: ConfigPath
    /// What was found there; nil if something is missing.
    public let found: String?
    /// What may be there: words, or a sentence's end; empty where nothing helps.
    public let allowed: [String]
    /// What was probably meant.
    public let suggestion: String?
    /// The line of a text, or the edit of a list, counted from 1; nil for a single edit.
    public var line: Int?

    /// Describes a problem.
    public init(
        _ code: Code,
        at path: ConfigPath,
        found: String? = nil,
        allowed: [String] = [],
        suggestion: String? = nil
    ) {
        self.code = code
        self.path = path
        self.found = found
        self.allowed = allowed
        self.suggestion = suggestion
    }

    /// How many allowed words one message lists.
    private static var wordsMax: Int { 24 }

    /// One line for an operator.
    public var description: String {
        var text = line.map { "line \($0): " } ?? ""
        if !path.words.isEmpty { text += "\(path.text): " }
        text += sentence
        if !allowed.isEmpty {
            let more = allowed.count > Self.wordsMax ? ", …" : ""
            text += "; allowed: " + allowed.prefix(Self.wordsMax).joined(separator: ", ") + more
        }
        if let suggestion { text += "; did you mean `\(suggestion)`?" }
        return text
    }

    private var sentence: String {
        let what = found.map { "`\($0)`" } ?? "nothing"
        return switch code {
        case .lineMalformed: found ?? "the line is malformed"
        case .wordUnknown: "\(what) is unknown here"
        case .valueRefused: "\(what) is not allowed"
        case .valueMissing: "the line ends here, but a word must follow"
        case .notThere: "there is no \(what)"
        case .alreadyThere: "\(what) is there already"
        case .notMovable: "this cannot be renamed or copied"
        case .levelRefused: found == nil ? "no level is below this" : "\(what) leads to no level"
        case .requiredMissing: "something required is missing"
        case .referenceDangling: "\(what) is not declared"
        case .formWrong: "\(what) has the wrong form"
        }
    }
}

/// Everything that is wrong, at least one thing.
public struct ConfigProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// The problems in the order of their places.
    public let problems: [ConfigProblem]

    /// Gathers problems.
    public init(_ problems: [ConfigProblem]) {
        self.problems = problems
    }

    /// One line for each problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
