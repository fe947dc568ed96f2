// From what was refused to what could be configured. What is suggested is put into the configuration
// once, and the requests that it is for are judged again: a suggestion that would not help is none.

public import ClawgressBytes
public import ClawgressConfigTree
public import ClawgressModel

/// Collects recorded requests that a configuration does not allow, or would not if its observed policies
/// were enforced.
public struct SuggestionBook: Sendable, JudgementBook {
    /// Why there is no suggestion for a request that was refused, or would have been.
    public enum Refusal: String, Sendable, CaseIterable {
        /// The configuration allows it already.
        case alreadyAllowed = "already_allowed"
        /// A policy denies it, which somebody meant.
        case deniedByPolicy = "denied_by_policy"
        /// The agent is unknown or disabled.
        case identityRefused = "identity_refused"
        /// The address is one that policy does not open by a name.
        case addressRefused = "address_refused"
        /// The grammar cannot say it, or too many paths were asked for.
        case notExpressible = "not_expressible"
    }

    /// Requests for which one policy would do.
    struct Wanted: Sendable {
        var count = 0
        var paths = PathPrefixes()
        let example: RecordedRequest
    }

    /// How many policies are told apart.
    public static var policiesMax: Int { 10_000 }

    /// Requests that were refused, or would have been.
    public private(set) var considered = 0
    /// Records that were not judged.
    public var skipped: [Unreplayable: Int] = [:]
    /// Of the considered, those for which nothing is suggested.
    public private(set) var refused: [Refusal: Int] = [:]
    private var wanted: [SuggestedPolicy.Key: Wanted] = [:]
    private let priorities: [String: Int]

    /// Nothing yet.
    ///
    /// - Parameter snapshot: what the configuration means.
    public init(_ snapshot: Snapshot) {
        priorities = Dictionary(
            snapshot.policies.map { ($0.policyID, $0.priority) },
            uniquingKeysWith: min
        )
    }

    /// Looks at a request; those that happened last come first.
    ///
    /// - Parameter judgement: what the configuration says about it.
    public mutating func add(_ request: RecordedRequest, _ judgement: Judgement) {
        guard !request.isAllowed || request.wouldAllow == false else { return }
        considered += 1
        let observed: String?
        switch (judgement.isAllowed, judgement.reason) {
        case (true, _):
            guard let would = judgement.would, !would.isAllowed, request.isAllowed else {
                return refuse(.alreadyAllowed)
            }
            observed = would.policyID
        case (false, .defaultDeny): observed = nil
        case (false, .policyDenied): return refuse(.deniedByPolicy)
        case (false, let reason):
            return refuse(reason.isAddress ? .addressRefused : .identityRefused)
        }
        let key = SuggestedPolicy.Key(
            agentID: request.agentID,
            host: request.host,
            port: request.port,
            method: request.method,
            observed: observed
        )
        guard wanted[key] != nil || wanted.count < Self.policiesMax else { return }
        var entry = wanted[key] ?? Wanted(example: request)
        // What comes before a deny must not open more than was asked for.
        guard request.isTunnel || entry.paths.cover(request.path, mayWiden: observed == nil) else {
            return refuse(.notExpressible)
        }
        entry.count += 1
        wanted[key] = entry
    }

    private mutating func refuse(_ refusal: Refusal, _ count: Int = 1) {
        refused[refusal, default: 0] += count
    }

    /// The policies for the most requests, most first; what is left of the considered is for others.
    ///
    /// - Parameters:
    ///   - tree: the configuration that the requests were judged by.
    ///   - engine: what it means.
    ///   - hash: a hash with a random key.
    /// - Throws: `ReplayRefusal` if gateways would not take the configuration with all of them.
    public mutating func finish(
        _ tree: ConfigTree,
        _ engine: ReplayEngine,
        limit: Int,
        hash: KeyedHash
    ) throws(ReplayRefusal) -> [SuggestedPolicy] {
        let sorted = wanted.sorted { one, other in
            one.value.count == other.value.count
                ? one.key.text.lexicographicallyPrecedes(other.key.text)
                : one.value.count > other.value.count
        }
        var policies: [SuggestedPolicy] = []
        for (key, wanted) in sorted.prefix(limit) {
            let priority = key.observed.map { (priorities[$0] ?? 0) - 1 }
            let policy = SuggestedPolicy(
                key,
                wanted,
                priority: priority,
                addresses: engine.fixedAddresses(of: key.host),
                in: tree
            )
            if let policy { policies.append(policy) } else { refuse(.notExpressible, wanted.count) }
        }
        let better = try Self.engine(tree, policies, hash)
        let helpful = policies.filter { policy in
            let judgement = better.judge(policy.example)
            return judgement.isAllowed && judgement.would?.isAllowed != false
        }
        let lost = policies.reduce(0) { $0 + $1.count } - helpful.reduce(0) { $0 + $1.count }
        if lost > 0 { refuse(.notExpressible, lost) }
        return helpful
    }

    /// What the configuration would mean with the policies.
    private static func engine(
        _ tree: ConfigTree,
        _ policies: [SuggestedPolicy],
        _ hash: KeyedHash
    ) throws(ReplayRefusal) -> ReplayEngine {
        var tree = tree
        let snapshot: Snapshot
        do throws(ConfigProblems) {
            try tree.apply(policies.flatMap(\.edits))
            snapshot = try tree.snapshot()
        } catch {
            throw ReplayRefusal(problems: error.problems.map(\.description))
        }
        return try ReplayEngine(snapshot, hash: hash)
    }
}

extension SuggestedPolicy.Key {
    /// An order that does not depend on the dictionary's.
    fileprivate var text: [String] { [agentID, host, String(port), method, observed ?? ""] }
}
