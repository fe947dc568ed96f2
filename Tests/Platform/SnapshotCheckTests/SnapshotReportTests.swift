// The report on a configuration: each finding with its code and place, and none where all is well.

import ClawgressModel
import ClawgressSnapshotCheck
import Testing

@Suite("Reports on snapshots")
struct SnapshotReportTests {
    private static let now: Int64 = 1_800_000_000
    /// Seconds from now that are too far ahead to be named.
    private static let distances: [Int64] = [30 * 86_400, Int64.max - now]

    /// A snapshot about which there is nothing to say.
    private var quiet: Snapshot {
        let key = APIKeyRecord(
            keyID: "abcdefghijkl",
            digest: String(repeating: "0", count: 64),
            createdAt: 0
        )
        return Snapshot(
            agents: [
                Agent(agentID: "a", teamID: "t", projectID: "p", environment: "e", keys: [key]),
                Agent(agentID: "b", teamID: "u", projectID: "p", environment: "f", keys: [key2]),
            ],
            destinationGroups: ["g": ["x.test", "*.y.test"]],
            policies: [allow("p", ["group:g"])],
            defaultQuota: Quota(agentID: nil, rpsLimit: 1, rpmLimit: nil)
        )
    }

    private var key2: APIKeyRecord {
        APIKeyRecord(
            keyID: "000000000000",
            digest: String(repeating: "1", count: 64),
            createdAt: 0
        )
    }

    private func allow(
        _ name: String,
        _ destinations: [String]?,
        _ change: (inout Policy) -> Void = { _ in }
    ) -> Policy {
        var policy = Policy(
            policyID: name,
            action: .allow,
            match: PolicyMatch(destination: destinations)
        )
        change(&policy)
        return policy
    }

    private func deny(
        _ name: String,
        _ destinations: [String]?,
        _ change: (inout Policy) -> Void = { _ in }
    ) -> Policy {
        allow(name, destinations) { policy in
            policy.action = .deny
            change(&policy)
        }
    }

    private func found(_ change: (inout Snapshot) -> Void) -> [String] {
        var snapshot = quiet
        change(&snapshot)
        let report = SnapshotCheck.report(on: snapshot, now: Self.now)
        return (report.errors + report.warnings).map {
            "\($0.code.rawValue): \($0.path.joined(separator: " "))"
        }
    }

    @Test("has nothing to say about what is good")
    func good() {
        #expect(found { _ in } == [])
    }

    // MARK: - Errors

    @Test("leads what gateways refuse back to its place")
    func errors() {
        let places = found { snapshot in
            snapshot.agents[0].keys[0].digest = "x"
            snapshot.issuers = [TokenIssuer(issuer: "i", audiences: [], keys: [])]
            snapshot.settings.limits.headBytes = 0
            snapshot.settings.resolver.tries = 0
            snapshot.policies[0].match.pathPrefix = ["a"]
            snapshot.policies[0].match.identity = IdentityMatch(agents: [])
            snapshot.destinationGroups["g.h"] = ["x y"]
        }
        #expect(
            places == [
                "identity_refused: agent a", "identity_refused: issuer i",
                "limit_refused: gateway limit head-bytes",
                "setting_refused: gateway resolver tries",
                "policy_refused: destination-group g.h destination",
                "policy_refused: policy p match identity agent",
                "policy_refused: policy p match path-prefix",
            ]
        )
    }

    @Test("spells settings as they are typed")
    func spelling() {
        var snapshot = quiet
        snapshot.policies.append(allow("c", ["*"]))
        var report = SnapshotCheck.report(on: snapshot, now: Self.now)
        #expect(
            report.errors.map(\.message) == [
                "`*` is very broad; set `allow-broad true` if that is meant"
            ]
        )
        snapshot.policies[1] = deny("c", ["c.test"]) {
            $0.match.identity = IdentityMatch(teams: ["t", "v"])
        }
        report = SnapshotCheck.report(on: snapshot, now: Self.now)
        #expect(report.warnings.map(\.message) == ["no registered agent has team `v`"])
    }

    @Test("says what is wrong between two agents")
    func duplicates() {
        let places = found { $0.agents[1].keys = $0.agents[0].keys }
        #expect(places == ["identity_refused: agent"])
    }

    // MARK: - Agents

    @Test("names agents without quota, without credential, disabled, and keys that end")
    func agents() {
        let places = found { snapshot in
            snapshot.defaultQuota = nil
            snapshot.quotas = [Quota(agentID: "a", rpsLimit: 1, rpmLimit: nil)]
            snapshot.agents[0].keys[0].expiresAt = Self.now + 29 * 86_400
            snapshot.agents[1].keys[0].revokedAt = 1
            var third = snapshot.agents[1]
            third.agentID = "c"
            third.keys = []
            third.status = .disabled
            snapshot.agents.append(third)
        }
        #expect(
            places == [
                "key_expiring: agent a key abcdefghijkl", "agent_without_quota: agent b",
                "agent_without_credential: agent b", "agent_disabled: agent c",
            ]
        )
    }

    @Test("a key that ends later is not named", arguments: distances)
    func laterKeys(seconds: Int64) {
        #expect(found { $0.agents[0].keys[0].expiresAt = Self.now + seconds } == [])
    }

    // MARK: - Policies

    @Test("names policies that can never match")
    func neverMatches() {
        let places = found { snapshot in
            snapshot.policies += [
                deny("c1", ["c.test"]) {
                    $0.match.identity = IdentityMatch(agents: ["a"], teams: ["u"])
                },
                deny("c2", ["c.test"]) {
                    $0.match.identity = IdentityMatch(teams: ["t"], environments: ["f"])
                },
                deny("c3", ["c.test"]) {
                    $0.match.identity = IdentityMatch(teams: ["t", "u"], environments: ["f"])
                },
            ]
        }
        #expect(
            places == [
                "policy_never_matches: policy c1 match identity",
                "policy_never_matches: policy c2 match identity",
            ]
        )
    }

    @Test("a policy about disabled agents alone never matches")
    func disabledAgents() {
        let places = found { snapshot in
            snapshot.agents[0].status = .disabled
            snapshot.policies.append(
                deny("c", ["c.test"]) { $0.match.identity = IdentityMatch(teams: ["t"]) }
            )
        }
        #expect(
            places == [
                "policy_never_matches: policy c match identity", "agent_disabled: agent a",
            ]
        )
    }

    @Test("an allow of tunnels by their path never matches")
    func tunnelPath() {
        let places = found { snapshot in
            snapshot.policies.append(
                allow("c", ["c.test"]) {
                    $0.match.method = ["CONNECT"]
                    $0.match.pathPrefix = ["/a"]
                }
            )
        }
        #expect(places.contains("policy_never_matches: policy c match"))
        #expect(places.contains("opens_no_tunnel: policy c"))
    }

    @Test("names broad allows, disabled policies, unused groups and settings")
    func advice() {
        let places = found { snapshot in
            snapshot.destinationGroups["h"] = ["z.test"]
            snapshot.policies = [
                allow("a1", nil) {
                    $0.allowBroad = true
                    $0.priority = 1_001
                },
                allow("a2", ["*.com", "10.0.0.0/7"]) { $0.allowBroad = true },
                allow("a3", ["192.0.2.0/24"]) { $0.resolvesTo = ["10.0.0.0/8"] },
                deny("a4", ["c.test"]) { $0.enabled = false },
                allow("a5", ["group:g"]),
            ]
        }
        #expect(
            places == [
                "policy_disabled: policy a4", "pattern_broad: policy a2 match destination",
                "setting_unused: policy a3 resolves-to", "pattern_broad: policy a1 match",
                "group_unused: destination-group h",
            ]
        )
    }

    @Test("gives the compiler's warnings their codes")
    func compilerWarnings() {
        let places = found { snapshot in
            snapshot.policies = [
                allow("p", ["group:g"]) { $0.priority = 1 },
                deny("q", ["x.test", "z.test"]) { $0.match.method = ["GET"] },
                deny("r", ["c.test"]) { $0.match.identity = IdentityMatch(teams: ["t", "v"]) },
            ]
        }
        #expect(
            places == [
                "allow_before_deny: policy p", "closes_tunnels: policy q",
                "identity_unknown: policy r",
            ]
        )
    }

    @Test("lists of each code a hundred findings")
    func bounded() {
        let places = found { snapshot in
            for number in 0..<150 { snapshot.destinationGroups["h\(number)"] = ["z.test"] }
        }
        #expect(places.count == 101)
        #expect(places.last == "findings_omitted: ")
    }
}
