// What an author is told about a configuration before it can be committed: findings with a code
// for programs, a path for the eye and a sentence for the mind.

/// One thing to know about a snapshot.
public struct SnapshotFinding: Sendable, Equatable {
    /// What it is about; the raw values are stable.
    public enum Code: String, Sendable, CaseIterable {
        /// Error: an agent, key or issuer that gateways refuse.
        case identityRefused = "identity_refused"
        /// Error: a limit out of its range.
        case limitRefused = "limit_refused"
        /// Error: another setting of gateways out of its range, or one too many of a list.
        case settingRefused = "setting_refused"
        /// Error: a policy or destination group that gateways refuse.
        case policyRefused = "policy_refused"
        /// A policy names a value that no registered agent has.
        case identityUnknown = "identity_unknown"
        /// An allow comes before a deny of the same destination.
        case allowBeforeDeny = "allow_before_deny"
        /// An allow rests on what a tunnel does not show.
        case opensNoTunnel = "opens_no_tunnel"
        /// A deny closes tunnels because of what they do not show.
        case closesTunnels = "closes_tunnels"
        /// An earlier policy decides all that this one matches.
        case policyShadowed = "policy_shadowed"
        /// No request can match the policy.
        case policyNeverMatches = "policy_never_matches"
        /// The policy takes no part.
        case policyDisabled = "policy_disabled"
        /// An allow covers everything, a top-level domain or a very large block.
        case patternBroad = "pattern_broad"
        /// A setting of a policy has no effect beside its other settings.
        case settingUnused = "setting_unused"
        /// No policy uses the group.
        case groupUnused = "group_unused"
        /// An active agent may ask as often as it likes.
        case agentWithoutQuota = "agent_without_quota"
        /// An active agent can prove itself by nothing.
        case agentWithoutCredential = "agent_without_credential"
        /// Every request of the agent is refused.
        case agentDisabled = "agent_disabled"
        /// An agent's key ends soon.
        case keyExpiring = "key_expiring"
        /// The set is too entangled to be looked through as a whole.
        case analysisIncomplete = "analysis_incomplete"
        /// More findings of one code than are listed.
        case findingsOmitted = "findings_omitted"
    }

    /// What it is about.
    public let code: Code
    /// The words that lead to the place, as in `policy NAME match destination`.
    public let path: [String]
    /// A sentence, lower case and without full stop.
    public let message: String

    /// Describes a finding.
    public init(_ code: Code, at path: [String], _ message: String) {
        self.code = code
        self.path = path
        self.message = message
    }
}

/// All that is to be known about a snapshot.
public struct SnapshotReport: Sendable, Equatable {
    /// Why gateways refuse it; empty if they take it.
    public let errors: [SnapshotFinding]
    /// What its author should look at; none of it stops a gateway.
    public let warnings: [SnapshotFinding]
}

/// Collects findings, of each code a bounded number.
struct FindingList {
    /// How many findings of one code are listed.
    static var perCodeMax: Int { 100 }

    private var findings: [SnapshotFinding] = []
    private var counts: [SnapshotFinding.Code: Int] = [:]

    mutating func add(_ code: SnapshotFinding.Code, at path: [String], _ message: String) {
        counts[code, default: 0] += 1
        guard counts[code, default: 0] <= Self.perCodeMax else { return }
        findings.append(SnapshotFinding(code, at: path, message))
    }

    /// The findings in the order in which they were added, and what was left out.
    func finished() -> [SnapshotFinding] {
        let omitted = counts.filter { $0.value > Self.perCodeMax }
            .sorted { $0.key.rawValue < $1.key.rawValue }
        return findings
            + omitted.map { code, count in
                let more = count - Self.perCodeMax
                return SnapshotFinding(
                    .findingsOmitted,
                    at: [],
                    "\(more) more of `\(code.rawValue)` are not listed"
                )
            }
    }
}
