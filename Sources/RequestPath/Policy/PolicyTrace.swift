// The explanation of a decision, for people: every policy in the order in which they count.

public import ClawgressModel

/// Every policy that was considered for a request, in total order, and the verdict.
public struct PolicyTrace: Sendable, Equatable {
    /// What was found out about one policy.
    public enum Finding: Sendable, Equatable {
        /// All conditions hold.
        case matched
        /// The policy is switched off.
        case disabled
        /// A condition does not hold: the first one that does not, and why in words.
        case mismatch(field: String, why: String)
    }

    /// One policy of the set.
    public struct Entry: Sendable, Equatable {
        /// The policy's id.
        public let policyID: String
        /// The author's version number.
        public let version: Int
        /// Its priority; smaller comes first.
        public let priority: Int
        /// What it says if it matches.
        public let action: Policy.Action
        /// Whether it decides or is observed.
        public let mode: Policy.Mode
        /// What was found out.
        public let finding: Finding
        /// Whether this is the policy that decides.
        public let decides: Bool
    }

    /// The policies in total order.
    public let entries: [Entry]
    /// The decision, the same as `PolicyIndex.decide` gives.
    public let verdict: PolicyVerdict
}
