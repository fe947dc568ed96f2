// What a configuration would change, counted: totals are exact whatever comes, and groups are bounded,
// because hosts and paths are what agents ask for.

public import ClawgressModel

/// The changes that a replay found.
public struct ReplayTally: Sendable, JudgementBook {
    /// How a decision would change.
    public enum Change: String, Sendable, CaseIterable {
        /// It was let through, and would not be.
        case newlyDenied = "newly_denied"
        /// It was refused, and would be let through.
        case newlyAllowed = "newly_allowed"
        /// It ends the same, by another policy.
        case policyChanged = "policy_changed"
    }

    /// What is one group: who, where to, how, and by which policies.
    public struct Key: Sendable, Hashable {
        /// How the decision would change.
        public let change: Change
        /// Who asks.
        public let agentID: String
        /// Where to.
        public let host: String
        /// On which port.
        public let port: UInt16
        /// With which method.
        public let method: String
        /// What decided.
        public let before: String
        /// What would decide.
        public let after: String
        /// Why it would.
        public let reason: Reason
    }

    /// Requests of one group.
    public struct Group: Sendable, Equatable {
        /// How many.
        public internal(set) var count = 0
        /// The time of the first that was added, which is the last that happened.
        public let last: String
        /// Its id.
        public let requestID: String
    }

    /// How many requests, and of how many agents.
    public struct Total: Sendable, Equatable {
        /// Requests.
        public internal(set) var requests = 0
        /// Agents.
        public var agents: Int { names.count }
        var names: Set<String> = []
    }

    /// How many groups are told apart.
    public static var groupsMax: Int { 10_000 }

    /// Requests that were judged.
    public private(set) var replayed = 0
    /// Of them, those that end the same by the same policy.
    public private(set) var unchanged = 0
    /// What would change.
    public private(set) var totals: [Change: Total] = [:]
    /// Records that were not judged.
    public var skipped: [Unreplayable: Int] = [:]
    /// Requests that the observed policies would let through, or would refuse, were they enforced.
    public private(set) var observed = (allowed: 0, denied: 0)

    private var groups: [Key: Group] = [:]
    private let groupsMax: Int

    /// Nothing yet.
    ///
    /// - Parameter groupsMax: further groups are counted together.
    public init(groupsMax: Int = ReplayTally.groupsMax) {
        self.groupsMax = groupsMax
    }

    /// Counts a request; those that happened last come first.
    public mutating func add(_ request: RecordedRequest, _ judgement: Judgement) {
        replayed += 1
        if let would = judgement.would, would.isAllowed != judgement.isAllowed {
            if would.isAllowed { observed.allowed += 1 } else { observed.denied += 1 }
        }
        guard let change = Self.change(request, judgement) else {
            unchanged += 1
            return
        }
        totals[change, default: Total()].requests += 1
        totals[change]?.names.insert(request.agentID)
        let key = Key(
            change: change,
            agentID: request.agentID,
            host: request.host,
            port: request.port,
            method: request.method,
            before: request.policyID,
            after: judgement.policyID,
            reason: judgement.reason
        )
        if groups[key] == nil {
            guard groups.count < groupsMax else { return }
            groups[key] = Group(last: request.timestamp, requestID: request.requestID)
        }
        groups[key]?.count += 1
    }

    private static func change(_ request: RecordedRequest, _ judgement: Judgement) -> Change? {
        switch (request.isAllowed, judgement.isAllowed) {
        case (true, false): .newlyDenied
        case (false, true): .newlyAllowed
        default: request.policyID == judgement.policyID ? nil : .policyChanged
        }
    }

    /// The groups with the most requests, most first, changes of the outcome before others; and how
    /// many changed requests are in none of them.
    public func top(_ limit: Int) -> (groups: [(key: Key, group: Group)], others: Int) {
        let sorted = groups.sorted { one, other in
            let ranks = [one, other].map { $0.key.change == .policyChanged ? 1 : 0 }
            if ranks[0] != ranks[1] { return ranks[0] < ranks[1] }
            if one.value.count != other.value.count { return one.value.count > other.value.count }
            return one.key.text.lexicographicallyPrecedes(other.key.text)
        }
        let listed = sorted.prefix(limit).map { (key: $0.key, group: $0.value) }
        let changed = totals.values.reduce(0) { $0 + $1.requests }
        return (listed, changed - listed.reduce(0) { $0 + $1.group.count })
    }
}

extension ReplayTally.Key {
    /// An order that does not depend on the dictionary's.
    fileprivate var text: [String] {
        [change.rawValue, agentID, host, String(port), method, before, after, "\(reason.rawValue)"]
    }
}
