// The candidate: what an operator is about to change. It lives on the server and belongs to the
// credential that edits it, so a client holds nothing.

/// `POST /v1/candidate/edit`: commands as a person types them; all are applied or none.
public struct EditRequest: Codable, Sendable {
    /// Such as `set policy p action allow`, `delete agent a`, `rename policy p to q`.
    public var edits: [String]
    /// Whether the lines are read at the candidate's level; absent: at the top, wherever one is.
    public var relative: Bool?

    /// Describes one.
    public init(edits: [String], relative: Bool? = nil) {
        self.edits = edits
        self.relative = relative
    }
}

/// `POST /v1/candidate/level`: goes to another level, by one of three ways.
public struct LevelRequest: Codable, Sendable {
    /// Words that are read at the level, such as `policy allow-github`.
    public var path: String?
    /// How many steps up; an entry's keyword and name are one step.
    public var up: Int?
    /// Whether to the top, which is all that it can be.
    public var top: Bool?

    /// Down, by those words.
    public init(path: String) {
        self.path = path
    }

    /// Up, by so many steps.
    public init(up: Int) {
        self.up = up
    }

    private init(top: Bool) {
        self.top = top
    }

    /// To the top.
    public static let top = LevelRequest(top: true)
}

/// `POST /v1/candidate/load`.
public struct LoadRequest: Codable, Sendable {
    /// Whether the text replaces the candidate or is added to it.
    public enum Mode: String, Codable, Sendable, CaseIterable { case load, merge }
    /// How the text is written.
    public enum Format: String, Codable, Sendable, CaseIterable { case commands, json }

    /// Replace or add.
    public var mode: Mode
    /// How ``text`` is written.
    public var format: Format
    /// The configuration.
    public var text: String

    /// Describes one.
    public init(mode: Mode, format: Format, text: String) {
        self.mode = mode
        self.format = format
        self.text = text
    }
}

/// `POST /v1/candidate/rebase`: takes the candidate's changes over to the active revision.
public struct RebaseRequest: Codable, Sendable {
    /// Whose value holds where both changed the same path.
    public enum Keep: String, Codable, Sendable, CaseIterable { case mine, theirs }

    /// Absent: paths that both changed are a conflict, and nothing happens.
    public var keep: Keep?

    /// Describes one.
    public init(keep: Keep? = nil) {
        self.keep = keep
    }
}

/// One difference between two configurations.
public struct ChangeEntry: Codable, Sendable, Equatable {
    /// What happened to a path.
    public enum Kind: String, Codable, Sendable { case added, removed, changed }

    /// Which kind it is.
    public var kind: Kind
    /// The path, as one types it.
    public var path: String
    /// The value before; nil if there was none.
    public var old: String?
    /// The value after; nil if there is none.
    public var new: String?

    /// Describes one.
    public init(kind: Kind, path: String, old: String?, new: String?) {
        self.kind = kind
        self.path = path
        self.old = old
        self.new = new
    }
}

/// The state of a candidate: the answer to `GET /v1/candidate` and to every change of it.
public struct CandidateAnswer: Codable, Sendable {
    /// For `If-Match`; also in the `ETag` header.
    public var etag: String
    /// Where relative lines are read: the path of the level, empty at the top.
    public var level: String
    /// The revision that it began from.
    public var baseRevision: String
    /// Whether the active revision has moved on since.
    public var outdated: Bool
    /// How many changes there are in all.
    public var changeCount: Int
    /// The changes against the base, at most 1,000 of them.
    public var changes: [ChangeEntry]
    /// After a rollback the keys that are revoked in the active revision, and so stay revoked, at most
    /// 1,000 of them.
    public var keptRevoked: [String]?

    enum CodingKeys: String, CodingKey {
        case etag, level
        case baseRevision = "base_revision"
        case outdated
        case changeCount = "change_count"
        case changes
        case keptRevoked = "kept_revoked"
    }

    /// Describes one.
    public init(
        etag: String,
        level: String,
        baseRevision: String,
        outdated: Bool,
        changeCount: Int,
        changes: [ChangeEntry]
    ) {
        self.etag = etag
        self.level = level
        self.baseRevision = baseRevision
        self.outdated = outdated
        self.changeCount = changeCount
        self.changes = changes
    }
}

/// The answer to `GET /v1/compare?format=json`.
public struct CompareAnswer: Codable, Sendable {
    /// The revisions compared; `candidate` where it has no revision yet.
    public var from: String
    /// The other one.
    public var to: String
    /// How many differences there are in all.
    public var changeCount: Int
    /// One page of them.
    public var changes: [ChangeEntry]
    /// Given back as `cursor` for the next page; absent on the last.
    public var nextCursor: String?

    enum CodingKeys: String, CodingKey {
        case from, to
        case changeCount = "change_count"
        case changes
        case nextCursor = "next_cursor"
    }

    /// Describes one.
    public init(
        from: String,
        to: String,
        changeCount: Int,
        changes: [ChangeEntry],
        nextCursor: String?
    ) {
        self.from = from
        self.to = to
        self.changeCount = changeCount
        self.changes = changes
        self.nextCursor = nextCursor
    }
}

/// The answer to `GET /v1/complete`.
public struct CompletionAnswer: Codable, Sendable {
    /// One word that may come next.
    public struct Completion: Codable, Sendable, Equatable {
        /// What may be typed.
        public var word: String
        /// One line about it.
        public var help: String

        /// Describes one.
        public init(word: String, help: String) {
            self.word = word
            self.help = help
        }
    }

    /// The words, in order.
    public var completions: [Completion]

    /// Describes one.
    public init(completions: [Completion]) {
        self.completions = completions
    }
}
