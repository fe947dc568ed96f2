// What policy said about a request: small enough for registers, without any reference.

public import ClawgressModel

/// The outcome of one decision.
public struct PolicyVerdict: Sendable, Equatable, BitwiseCopyable {
    /// What the set says once more with the observed policies enforced.
    public struct Would: Sendable, Equatable, BitwiseCopyable {
        /// Whether that differs from the verdict in action or policy.
        public let differs: Bool
        /// The policy that would decide; -1 if none.
        public let policy: Int32
        /// Whether the request would be allowed.
        public let isAllowed: Bool

        @usableFromInline
        init(differs: Bool, policy: Int32, isAllowed: Bool) {
            self.differs = differs
            self.policy = policy
            self.isAllowed = isAllowed
        }
    }

    /// The deciding policy's place in the total order; -1 if none matched.
    public let policy: Int32
    /// Whether the request may go on to the quota.
    public let isAllowed: Bool
    /// What the observed policies would change.
    public let would: Would

    init(policy: Int32, isAllowed: Bool, would: Would) {
        self.policy = policy
        self.isAllowed = isAllowed
        self.would = would
    }

    /// `policyAllowed`, `policyDenied`, or `defaultDeny` if no policy matched.
    public var reason: Reason {
        guard policy >= 0 else { return .defaultDeny }
        return isAllowed ? .policyAllowed : .policyDenied
    }
}

/// The first policies in the total order that matched so far, while a search goes on.
struct BestMatch: BitwiseCopyable {
    /// The first enforced policy; no candidate at or behind it is of interest.
    private(set) var enforced = Int32.max
    private(set) var enforcedAllows = false
    /// The first policy of all, observed ones included.
    private(set) var any = Int32.max
    private(set) var anyAllows = false

    /// Nothing matched yet.
    init() {}

    /// Only policies before `limit` are of interest.
    init(before limit: Int32) {
        enforced = limit
    }

    /// Takes note of a matching policy that stands before ``enforced``.
    mutating func note(_ rank: Int32, allows: Bool, isObserved: Bool) {
        if rank < any {
            any = rank
            anyAllows = allows
        }
        if !isObserved {
            enforced = rank
            enforcedAllows = allows
        }
    }

    /// The verdict, once every candidate was seen.
    var verdict: PolicyVerdict {
        let policy = enforced == .max ? -1 : enforced
        let wouldPolicy = any == .max ? -1 : any
        return PolicyVerdict(
            policy: policy,
            isAllowed: enforcedAllows,
            would: .init(
                differs: wouldPolicy != policy,
                policy: wouldPolicy,
                isAllowed: anyAllows
            )
        )
    }
}
