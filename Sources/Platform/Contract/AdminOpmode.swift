// `opmode=configure` and `opmode=commit` (specification 6.1, 6.2): validate and stage, then put
// into force on all gateways or on none.

/// `POST /v1/opmode/configure`.
public struct ConfigureRequest: Codable, Sendable {
    /// What the operator said about it.
    public var comment: String?

    /// Describes one.
    public init(comment: String? = nil) {
        self.comment = comment
    }
}

/// What validation found.
public struct ValidationReport: Codable, Sendable, Equatable {
    /// With any of these nothing is staged.
    public var errors: [ProblemItem]
    /// These are for the operator to judge.
    public var warnings: [ProblemItem]

    /// Describes one.
    public init(errors: [ProblemItem], warnings: [ProblemItem]) {
        self.errors = errors
        self.warnings = warnings
    }
}

/// The answer to a configure that staged a revision.
public struct ConfigureAnswer: Codable, Sendable {
    /// The content's id: `sha256:` and 64 hex digits.
    public var revision: String
    /// How many paths differ.
    public var changeCount: Int
    /// What validation found.
    public var report: ValidationReport

    enum CodingKeys: String, CodingKey {
        case revision
        case changeCount = "change_count"
        case report
    }

    /// Describes one.
    public init(revision: String, changeCount: Int, report: ValidationReport) {
        self.revision = revision
        self.changeCount = changeCount
        self.report = report
    }
}

/// `POST /v1/opmode/commit`.
public struct CommitRequest: Codable, Sendable {
    /// What the operator said about it.
    public var comment: String?
    /// Reverts by itself unless confirmed within so many minutes.
    public var confirmMinutes: Int?
    /// Gateways that need not agree (`commit force`): admins only.
    public var excludeGateways: [String]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case comment
        case confirmMinutes = "confirm_minutes"
        case excludeGateways = "exclude_gateways"
    }

    /// Describes one.
    public init(
        comment: String? = nil,
        confirmMinutes: Int? = nil,
        excludeGateways: [String]? = nil
    ) {
        self.comment = comment
        self.confirmMinutes = confirmMinutes
        self.excludeGateways = excludeGateways
    }
}

/// How far one gateway is with a commit.
public struct RolloutEntry: Codable, Sendable, Equatable {
    /// The gateway.
    public var gatewayID: String
    /// `activated`, `prepared`, `refused`, `behind` or `excluded`.
    public var state: String
    /// A stable word, where it refused.
    public var code: String?
    /// One sentence, where it refused.
    public var reason: String?

    enum CodingKeys: String, CodingKey {
        case gatewayID = "gateway_id"
        case state, code, reason
    }

    /// Describes one.
    public init(gatewayID: String, state: String, code: String?, reason: String?) {
        self.gatewayID = gatewayID
        self.state = state
        self.code = code
        self.reason = reason
    }
}

/// A commit: the answer to commit and confirm, and an entry of `GET /v1/commits`.
public struct CommitAnswer: Codable, Sendable {
    /// What became of it.
    public enum State: String, Codable, Sendable {
        /// Asked for; the policy service's answer is not known yet.
        case pending
        /// In force, or on the way to gateways that were away.
        case decided
        /// Nothing changed anywhere.
        case aborted
        /// Was in force and was taken back, because nobody had confirmed it.
        case reverted
    }

    /// The commit's id.
    public var commitID: String
    /// How it stands.
    public var state: State
    /// The content's id: `sha256:` and 64 hex digits.
    public var revision: String
    /// The publication's epoch; nil until it is decided.
    public var epoch: Int64?
    /// The publication's serial; nil until it is decided.
    public var serial: Int64?
    /// When it was decided, or asked for while that is open: RFC 3339.
    public var timestamp: String
    /// Who did it.
    public var actor: String
    /// What the operator said about it.
    public var comment: String?
    /// When it reverts unless confirmed.
    public var confirmBy: String?
    /// The id of the commit that waited for its confirmation and was taken back by this one.
    public var revertedCommit: String?
    /// How far each gateway is.
    public var rollout: [RolloutEntry]
    /// What the roll-out does not say by itself, in a sentence; absent if nothing.
    public var notice: String?

    enum CodingKeys: String, CodingKey {
        case commitID = "commit_id"
        case state, revision, epoch, serial, timestamp, actor, comment
        case confirmBy = "confirm_by"
        case revertedCommit = "reverted_commit"
        case rollout, notice
    }

    /// Describes one.
    public init(
        commitID: String,
        state: State,
        revision: String,
        epoch: Int64?,
        serial: Int64?,
        timestamp: String,
        actor: String,
        comment: String?,
        confirmBy: String?,
        revertedCommit: String? = nil,
        rollout: [RolloutEntry],
        notice: String? = nil
    ) {
        self.commitID = commitID
        self.state = state
        self.revision = revision
        self.epoch = epoch
        self.serial = serial
        self.timestamp = timestamp
        self.actor = actor
        self.comment = comment
        self.confirmBy = confirmBy
        self.revertedCommit = revertedCommit
        self.rollout = rollout
        self.notice = notice
    }
}

/// `POST /v1/opmode/rollback`: loads an older revision into the caller's candidate.
public struct RollbackRequest: Codable, Sendable {
    /// A revision, a prefix of at least 8 hex digits, or how many commits back: `1`.
    public var to: String

    /// Describes one.
    public init(to: String) {
        self.to = to
    }
}

/// An entry of `GET /v1/revisions`.
public struct RevisionSummary: Codable, Sendable {
    /// The content's id: `sha256:` and 64 hex digits.
    public var revision: String
    /// 0 is active, 1 the one before; absent if it was never in force.
    public var number: Int?
    /// RFC 3339 in UTC.
    public var createdAt: String
    /// Who did it.
    public var actor: String
    /// What the operator said about it.
    public var comment: String?

    enum CodingKeys: String, CodingKey {
        case revision, number
        case createdAt = "created_at"
        case actor, comment
    }

    /// Describes one.
    public init(
        revision: String,
        number: Int?,
        createdAt: String,
        actor: String,
        comment: String?
    ) {
        self.revision = revision
        self.number = number
        self.createdAt = createdAt
        self.actor = actor
        self.comment = comment
    }
}

/// One page of a list.
public struct Page<Item: Codable & Sendable>: Codable, Sendable {
    /// The entries.
    public var items: [Item]
    /// Given back as `cursor` for the next page; absent on the last.
    public var nextCursor: String?

    enum CodingKeys: String, CodingKey {
        case items
        case nextCursor = "next_cursor"
    }

    /// Describes one.
    public init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}
