// What is asked about recorded decisions: what a configuration would change, what it could be given, and
// which of its policies decide anything.

extension AdminPath {
    /// `GET` judges recorded requests by another configuration.
    public static let logReplay = "/v1/log/replay"
    /// `GET` answers policies that would allow what was refused.
    public static let logSuggestions = "/v1/log/suggestions"
    /// `GET` counts what each policy decided.
    public static let logPolicyHits = "/v1/log/policy-hits"
}

/// Which records an answer is made of.
public struct RecordReading: Codable, Sendable, Equatable {
    /// What ended the reading before all were read.
    public enum Bound: String, Codable, Sendable {
        /// `limits.replay_records`.
        case records
        /// `limits.replay_seconds`.
        case seconds
    }

    /// From when.
    public var since: String
    /// Until when.
    public var until: String
    /// How many were read, the latest first.
    public var records: Int
    /// What ended it; nil if all were read.
    public var endedBy: Bound?
    /// The time of the earliest request that was judged; nil if none was.
    public var earliest: String?
    /// Records that were not judged, by cause.
    public var notJudged: [String: Int]

    enum CodingKeys: String, CodingKey {
        case since, until, records, earliest
        case endedBy = "ended_by"
        case notJudged = "not_judged"
    }

    /// Describes a reading.
    public init(
        since: String,
        until: String,
        records: Int,
        endedBy: Bound?,
        earliest: String?,
        notJudged: [String: Int]
    ) {
        self.since = since
        self.until = until
        self.records = records
        self.endedBy = endedBy
        self.earliest = earliest
        self.notJudged = notJudged
    }
}

/// `GET /v1/log/replay`.
public struct ReplayAnswer: Codable, Sendable {
    /// Requests and their agents.
    public struct Total: Codable, Sendable, Equatable {
        /// How many requests.
        public var requests: Int
        /// Of how many agents.
        public var agents: Int

        /// Describes a total.
        public init(requests: Int, agents: Int) {
            self.requests = requests
            self.agents = agents
        }
    }

    /// Requests of one agent for one destination whose decision changes alike.
    public struct Group: Codable, Sendable, Equatable {
        /// `newly_denied`, `newly_allowed` or `policy_changed`.
        public var change: String
        /// Who asks.
        public var agentID: String
        /// Where to.
        public var host: String
        /// On which port.
        public var port: Int
        /// With which method.
        public var method: String
        /// What decided.
        public var policyBefore: String
        /// What would decide.
        public var policyAfter: String
        /// Why it would.
        public var reason: String
        /// How many requests.
        public var count: Int
        /// When the last of them was.
        public var last: String
        /// The id of the last of them.
        public var requestID: String

        enum CodingKeys: String, CodingKey {
            case change, host, port, reason, count, last
            case agentID = "agent_id"
            case method = "http_method"
            case policyBefore = "policy_before"
            case policyAfter = "policy_after"
            case requestID = "request_id"
        }

        /// Describes a group.
        public init(
            change: String,
            agentID: String,
            host: String,
            port: Int,
            method: String,
            policyBefore: String,
            policyAfter: String,
            reason: String,
            count: Int,
            last: String,
            requestID: String
        ) {
            self.change = change
            self.agentID = agentID
            self.host = host
            self.port = port
            self.method = method
            self.policyBefore = policyBefore
            self.policyAfter = policyAfter
            self.reason = reason
            self.count = count
            self.last = last
            self.requestID = requestID
        }
    }

    /// The revision that judged.
    public var revision: String
    /// What was read.
    public var reading: RecordReading
    /// Requests that were judged.
    public var replayed: Int
    /// Of them, those that end the same by the same policy.
    public var unchanged: Int
    /// Those that were let through and would not be.
    public var newlyDenied: Total
    /// Those that were refused and would be let through.
    public var newlyAllowed: Total
    /// Those that end the same by another policy.
    public var policyChanged: Total
    /// Those that the observed policies would let through, were they enforced.
    public var observedAllowed: Int
    /// Those that the observed policies would refuse, were they enforced.
    public var observedDenied: Int
    /// The changes, most first.
    public var groups: [Group]
    /// Changed requests that are in none of the groups.
    public var others: Int

    enum CodingKeys: String, CodingKey {
        case revision, reading, replayed, unchanged, groups, others
        case newlyDenied = "newly_denied"
        case newlyAllowed = "newly_allowed"
        case policyChanged = "policy_changed"
        case observedAllowed = "observed_allowed"
        case observedDenied = "observed_denied"
    }

    /// Describes an answer.
    public init(
        revision: String,
        reading: RecordReading,
        replayed: Int,
        unchanged: Int,
        newlyDenied: Total,
        newlyAllowed: Total,
        policyChanged: Total,
        observedAllowed: Int,
        observedDenied: Int,
        groups: [Group],
        others: Int
    ) {
        self.revision = revision
        self.reading = reading
        self.replayed = replayed
        self.unchanged = unchanged
        self.newlyDenied = newlyDenied
        self.newlyAllowed = newlyAllowed
        self.policyChanged = policyChanged
        self.observedAllowed = observedAllowed
        self.observedDenied = observedDenied
        self.groups = groups
        self.others = others
    }
}
