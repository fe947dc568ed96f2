// The quota stage of one snapshot: which limits an agent has.
//
// Guarantee: among the instants that callers passed for admitted requests of one agent, no
// second (60 seconds), wherever it begins, holds more than the limit, however many workers
// asked at once. A refusal lasts at most one sixty-fourth of the window too long. The guarantee
// needs a caller's `now` to be less than a window behind the newest one that another caller
// passed; a clock that is read for the request is.

public import ClawgressModel

/// Limits and counts of all agents of a snapshot.
///
///     let index = QuotaIndex(quotas, defaultQuota, agents, registry, now: now)
///     let verdict = index.admit(agent: ordinal, now: now)
public struct QuotaIndex: Sendable {
    private let entries: [QuotaEntry?]

    /// Prepares the quotas of a snapshot.
    ///
    /// - Parameters:
    ///   - quotas: per-agent quotas; of two for one agent the first counts.
    ///   - defaultQuota: for agents without their own; nil for no limit.
    ///   - agents: the snapshot's agents; an agent's ordinal is its position here.
    ///   - registry: where the counts live.
    ///   - now: monotonic nanoseconds.
    public init(
        _ quotas: [Quota],
        _ defaultQuota: Quota?,
        _ agents: [Agent],
        _ registry: QuotaRegistry,
        now: UInt64
    ) {
        let own = Dictionary(
            quotas.compactMap { quota in quota.agentID.map { ($0, quota) } },
            uniquingKeysWith: { first, _ in first }
        )
        let counters = registry.counters(for: agents.map(\.agentID), now: now)
        entries = zip(agents, counters).map { agent, counters in
            guard let quota = own[agent.agentID] ?? defaultQuota else { return nil }
            guard quota.rpsLimit != nil || quota.rpmLimit != nil else { return nil }
            return QuotaEntry(quota, counters: counters)
        }
    }

    /// Counts one request of an agent and says whether it goes on.
    ///
    /// A refused request leaves both windows as they were. Never blocks, never allocates.
    ///
    /// - Parameters:
    ///   - agent: the agent's ordinal in the snapshot.
    ///   - now: monotonic nanoseconds, read for this request.
    public func admit(agent: Int32, now: UInt64) -> QuotaVerdict {
        guard let entry = entries[Int(agent)] else { return .unlimited }
        return entry.admit(now: now)
    }
}
