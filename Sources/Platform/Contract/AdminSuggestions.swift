// Answers that lead from the log back to the configuration.

/// `GET /v1/log/suggestions`.
public struct SuggestionsAnswer: Codable, Sendable {
    /// A policy that would allow requests which were refused, or would have been.
    public struct Suggestion: Codable, Sendable, Equatable {
        /// The policy's id.
        public var policyID: String
        /// Who asks.
        public var agentID: String
        /// Where to.
        public var host: String
        /// On which port.
        public var port: Int
        /// With which method.
        public var method: String
        /// Path prefixes; empty for a tunnel.
        public var pathPrefixes: [String]
        /// Whether they are shorter than what was asked for.
        public var widened: Bool
        /// The observed policy that would deny, and that this one comes before.
        public var observedPolicy: String?
        /// For how many requests.
        public var count: Int
        /// When the last of them was.
        public var last: String
        /// The id of the last of them.
        public var requestID: String
        /// Lines for `clawgress merge`.
        public var lines: [String]

        enum CodingKeys: String, CodingKey {
            case host, port, widened, count, last, lines
            case policyID = "policy_id"
            case agentID = "agent_id"
            case method = "http_method"
            case pathPrefixes = "path_prefixes"
            case observedPolicy = "observed_policy"
            case requestID = "request_id"
        }

        /// Describes a suggestion.
        public init(
            policyID: String,
            agentID: String,
            host: String,
            port: Int,
            method: String,
            pathPrefixes: [String],
            widened: Bool,
            observedPolicy: String?,
            count: Int,
            last: String,
            requestID: String,
            lines: [String]
        ) {
            self.policyID = policyID
            self.agentID = agentID
            self.host = host
            self.port = port
            self.method = method
            self.pathPrefixes = pathPrefixes
            self.widened = widened
            self.observedPolicy = observedPolicy
            self.count = count
            self.last = last
            self.requestID = requestID
            self.lines = lines
        }
    }

    /// The revision that the suggestions would be added to.
    public var revision: String
    /// What was read.
    public var reading: RecordReading
    /// Requests that were refused, or would have been.
    public var considered: Int
    /// The suggestions, for the most requests first.
    public var items: [Suggestion]
    /// Considered requests for which nothing is suggested, by cause.
    public var notSuggested: [String: Int]
    /// Considered requests that further suggestions would be for.
    public var others: Int

    enum CodingKeys: String, CodingKey {
        case revision, reading, considered, items, others
        case notSuggested = "not_suggested"
    }

    /// Describes an answer.
    public init(
        revision: String,
        reading: RecordReading,
        considered: Int,
        items: [Suggestion],
        notSuggested: [String: Int],
        others: Int
    ) {
        self.revision = revision
        self.reading = reading
        self.considered = considered
        self.items = items
        self.notSuggested = notSuggested
        self.others = others
    }
}

/// `GET /v1/log/policy-hits`.
public struct PolicyHitsAnswer: Codable, Sendable {
    /// What one policy, or a reserved id, decided.
    public struct Item: Codable, Sendable, Equatable {
        /// What an id is.
        public enum Kind: String, Codable, Sendable {
            /// A policy of the active revision.
            case policy
            /// A policy that the active revision has no longer.
            case removed
            /// What records say where no policy decided.
            case reserved
        }

        /// The id.
        public var policyID: String
        /// What it is.
        public var kind: Kind
        /// What the policy says; of active policies only.
        public var action: String?
        /// `enforce` or `observe`; of active policies only.
        public var mode: String?
        /// Whether the policy takes part; of active policies only.
        public var enabled: Bool?
        /// How many requests it decided.
        public var count: Int
        /// When the last of them was; nil if there was none, or time ran out.
        public var last: String?

        enum CodingKeys: String, CodingKey {
            case kind, action, mode, enabled, count, last
            case policyID = "policy_id"
        }

        /// Describes an item.
        public init(
            policyID: String,
            kind: Kind,
            action: String? = nil,
            mode: String? = nil,
            enabled: Bool? = nil,
            count: Int,
            last: String? = nil
        ) {
            self.policyID = policyID
            self.kind = kind
            self.action = action
            self.mode = mode
            self.enabled = enabled
            self.count = count
            self.last = last
        }
    }

    /// The active revision.
    public var revision: String
    /// From when.
    public var since: String
    /// Until when.
    public var until: String
    /// Every policy and reserved id, most first.
    public var items: [Item]

    /// Describes an answer.
    public init(revision: String, since: String, until: String, items: [Item]) {
        self.revision = revision
        self.since = since
        self.until = until
        self.items = items
    }
}
