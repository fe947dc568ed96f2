// What is worth a look at agents: quotas, credentials, and what ends soon.

import ClawgressModel

/// Looks at the agents of a snapshot.
struct AgentReview {
    private let snapshot: Snapshot
    private let now: Int64
    private let limited: Set<String>

    private static var secondsPerDay: Int64 { 86_400 }
    /// Keys that end within these days are named.
    private static var daysAhead: Int64 { 30 }

    init(_ snapshot: Snapshot, now: Int64) {
        self.snapshot = snapshot
        self.now = now
        limited = Set(snapshot.quotas.compactMap(\.agentID))
    }

    func review(into findings: inout FindingList) {
        for agent in snapshot.agents {
            let path = ["agent", agent.agentID]
            guard agent.status == .active else {
                findings.add(.agentDisabled, at: path, "every request of the agent is refused")
                continue
            }
            if snapshot.defaultQuota == nil, !limited.contains(agent.agentID) {
                let way = "set `quota \(agent.agentID)` or `default-quota`"
                findings.add(.agentWithoutQuota, at: path, "the agent has no quota; \(way)")
            }
            review(agent.keys, of: agent, into: &findings)
        }
    }

    private func review(
        _ keys: [APIKeyRecord],
        of agent: Agent,
        into findings: inout FindingList
    ) {
        let live = keys.filter { $0.revokedAt == nil && ($0.expiresAt ?? .max) > now }
        if live.isEmpty, snapshot.issuers.isEmpty {
            findings.add(
                .agentWithoutCredential,
                at: ["agent", agent.agentID],
                "the agent has no live key and no issuer is trusted, so it can ask for nothing"
            )
        }
        for key in live {
            guard let end = key.expiresAt else { continue }
            // No sum that overflows: `end` may be any number.
            let days = (end - max(now, 0)) / Self.secondsPerDay
            guard days < Self.daysAhead else { continue }
            findings.add(
                .keyExpiring,
                at: ["agent", agent.agentID, "key", key.keyID],
                days == 0 ? "the key ends within a day" : "the key ends in \(days) days"
            )
        }
    }
}
