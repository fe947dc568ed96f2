// What admission costs: far from the limit, at the limit, and over it.

import ClawgressModel
import ClawgressQuota

/// Nanoseconds of one admission with both limits.
func measureQuota() -> [(name: String, nanoseconds: Double)] {
    let agents = (0..<64).map {
        Agent(agentID: "agent-\($0)", teamID: "team", projectID: "project", environment: "test")
    }
    func index(_ rpsLimit: Int?, _ rpmLimit: Int?) -> QuotaIndex {
        QuotaIndex(
            [],
            Quota(agentID: nil, rpsLimit: rpsLimit, rpmLimit: rpmLimit),
            agents,
            QuotaRegistry(),
            now: 0
        )
    }
    func run(_ name: String, _ quota: QuotaIndex, step: UInt64) -> (String, Double) {
        var now: UInt64 = 1_000_000_000_000
        return measure(name, iterations: 200_000) { iteration in
            now &+= step
            let verdict = quota.admit(agent: Int32(iteration & 63), now: now)
            return verdict.isAdmitted ? 1 : 0
        }
    }
    return [
        run("quota: both limits, far from them", index(100_000, 1_000_000), step: 1_000),
        run("quota: one limit, far from it", index(100_000, nil), step: 1_000),
        run("quota: at a third of both limits", index(3_000, 180_000), step: 15_625),
        run("quota: refused for a minute", index(100, 100), step: 100),
        run("quota: no limits", index(nil, nil), step: 1_000),
    ]
}
