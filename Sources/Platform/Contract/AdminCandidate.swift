// The candidate: what an operator is about to change. It lives on the server and belongs to the
// credential that edits it, so a client holds nothing.

/// `POST /v1/candidate/edit`: commands as a person types them; all are applied or none.
public struct EditRequest: Codable, Sendable {
    /// Such as `set policy p action allow`, `delete agent a`, `rename policy p to q`.
    public var edits: [String]

    public init(edits: [String]) {
        self.edits = edits
    }
}

/// `POST /v1/candidate/load`.
public struct LoadRequest: Codable, Sendable {
    /// Whether the text replaces the candidate or is added to it.
    public enum Mode: String, Codable, Sendable { case load, merge }
    /// How the text is written.
    public enum Format: String, Codable, Sendable { case commands, json }

    public var mode: Mode
    public var format: Format
    public var text: String

    public init(mode: Mode, format: Format, text: String) {
        self.mode = mode
        self.format = format
        self.text = text
    }
}

/// `POST /v1/candidate/rebase`: takes the candidate's changes over to the active revision.
public struct RebaseRequest: Codable, Sendable {
    /// Whose value holds where both changed the same path.
    public enum Keep: String, Codable, Sendable { case mine, theirs }

    /// Absent: paths that both changed are a conflict, and nothing happens.
    public var keep: Keep?

    public init(keep: Keep? = nil) {
        self.keep = keep
    }
}

/// One difference between two configurations.
public struct ChangeEntry: Codable, Sendable, Equatable {
    /// What happened to a path.
    public enum Kind: String, Codable, Sendable { case added, removed, changed }

    public var kind: Kind
    public var path: String
    public var old: String?
    public var new: String?

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
    /// The revision that it began from.
    public var baseRevision: String
    /// Whether the active revision has moved on since.
    public var outdated: Bool
    /// How many changes there are in all.
    public var changeCount: Int
    /// The changes against the base, at most 1,000 of them.
    public var changes: [ChangeEntry]

    enum CodingKeys: String, CodingKey {
        case etag
        case baseRevision = "base_revision"
        case outdated
        case changeCount = "change_count"
        case changes
    }

    public init(
        etag: String,
        baseRevision: String,
        outdated: Bool,
        changeCount: Int,
        changes: [ChangeEntry]
    ) {
        self.etag = etag
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
    public var to: String
    public var changes: [ChangeEntry]

    public init(from: String, to: String, changes: [ChangeEntry]) {
        self.from = from
        self.to = to
        self.changes = changes
    }
}

/// The answer to `GET /v1/complete`.
public struct CompletionAnswer: Codable, Sendable {
    /// One word that may come next.
    public struct Completion: Codable, Sendable, Equatable {
        public var word: String
        public var help: String

        public init(word: String, help: String) {
            self.word = word
            self.help = help
        }
    }

    public var completions: [Completion]

    public init(completions: [Completion]) {
        self.completions = completions
    }
}
