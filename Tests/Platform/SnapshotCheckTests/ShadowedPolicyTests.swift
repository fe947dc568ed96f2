// When one policy decides all that another one matches. Each case is one earlier and one later
// policy; what differs between the two is what the case is about.

import ClawgressModel
import ClawgressSnapshotCheck
import Testing

@Suite("Shadowed policies")
struct ShadowedPolicyTests {
    private static let agents = [
        Agent(agentID: "a", teamID: "t", projectID: "p", environment: "e"),
        Agent(agentID: "b", teamID: "u", projectID: "p", environment: "e"),
    ]

    private func isShadowed(
        _ earlier: (inout Policy) -> Void,
        _ later: (inout Policy) -> Void
    ) -> Bool {
        let match = PolicyMatch(destination: ["x.test"])
        var first = Policy(policyID: "first", priority: 1, action: .allow, match: match)
        var second = Policy(policyID: "second", priority: 2, action: .allow, match: match)
        earlier(&first)
        later(&second)
        let snapshot = Snapshot(
            agents: Self.agents,
            destinationGroups: ["g": ["x.test", "*.y.test"]],
            policies: [second, first]
        )
        let report = SnapshotCheck.report(on: snapshot, now: 0)
        #expect(report.errors == [])
        return report.warnings.contains {
            $0.code == .policyShadowed && $0.path == ["policy", "second"]
                && $0.message.contains("`first`")
        }
    }

    private func unchanged(_ policy: inout Policy) {}

    @Test("the same conditions are covered, whatever either says")
    func same() {
        #expect(isShadowed(unchanged, unchanged))
        #expect(isShadowed(unchanged) { $0.action = .deny })
        #expect(isShadowed({ $0.action = .deny }, unchanged))
        #expect(isShadowed(unchanged) { $0.mode = .observe })
    }

    @Test("who does not decide covers nothing")
    func idle() {
        #expect(!isShadowed({ $0.mode = .observe }, unchanged))
        #expect(!isShadowed({ $0.enabled = false }, unchanged))
        #expect(!isShadowed({ $0.priority = 3 }, unchanged))
    }

    /// Destinations of the earlier and the later policy, and whether the first cover the second.
    private static let pairs: [([String], [String], Bool)] = [
        (["*.x.test"], ["a.x.test"], true), (["*.test"], ["*.x.test"], true),
        (["*.x.test"], ["x.test"], false), (["a.x.test"], ["*.x.test"], false),
        (["group:g"], ["x.test", "a.b.y.test"], true), (["x.test"], ["group:g"], false),
        (["*"], ["x.test"], true), (["*"], ["10.0.0.1"], true),
        (["10.0.0.0/8"], ["10.1.0.0/16"], true), (["10.1.0.0/16"], ["10.0.0.0/8"], false),
        (["10.0.0.0/8"], ["[2001:db8::1]"], false),
        (["x.test:*"], ["x.test"], true), (["x.test"], ["x.test:443"], false),
        (["x.test:443"], ["x.test"], false), (["x.test:80-443"], ["x.test"], true),
        (["x.test:1-100"], ["x.test:50-60"], true),
        (["x.test:1-100"], ["x.test:50-101"], false),
    ]

    @Test("a destination is covered by what is wider", arguments: pairs)
    func destinations(earlier: [String], later: [String], expected: Bool) {
        let isCovered = isShadowed {
            $0.match.destination = earlier
            $0.allowBroad = true
        } _: {
            $0.match.destination = later
            $0.allowBroad = true
        }
        #expect(isCovered == expected)
    }

    @Test("anywhere covers everything, and nothing but itself covers anywhere")
    func anywhere() {
        func anywhere(_ policy: inout Policy) {
            policy.match.destination = nil
            policy.allowBroad = true
        }
        #expect(isShadowed(anywhere, unchanged))
        #expect(isShadowed(anywhere, anywhere))
        #expect(!isShadowed(unchanged, anywhere))
    }

    @Test("an identity is covered by what asks less of it")
    func identities() {
        func identity(_ identity: IdentityMatch) -> (inout Policy) -> Void {
            { $0.match.identity = identity }
        }
        let agent = identity(IdentityMatch(agents: ["a"]))
        let agents = identity(IdentityMatch(agents: ["a", "b"]))
        let team = identity(IdentityMatch(teams: ["t"]))
        let both = identity(IdentityMatch(agents: ["a"], teams: ["t"]))
        #expect(isShadowed(unchanged, agent))
        #expect(isShadowed(agents, agent))
        #expect(isShadowed(team, both))
        #expect(isShadowed(agent, both))
        #expect(!isShadowed(agent, unchanged))
        #expect(!isShadowed(agent, agents))
        #expect(!isShadowed(both, agent))
        #expect(!isShadowed(team, agent))
    }

    @Test("methods and paths are covered by what is wider")
    func plainRequests() {
        func plain(_ methods: [String]?, _ paths: [String]? = nil) -> (inout Policy) -> Void {
            {
                $0.match.method = methods
                $0.match.pathPrefix = paths
            }
        }
        #expect(isShadowed(unchanged, plain(["GET"])))
        #expect(isShadowed(plain(["GET", "PUT"]), plain(["GET"])))
        #expect(isShadowed(plain(nil, ["/a"]), plain(["GET"], ["/a/b", "/a;v=1"])))
        #expect(isShadowed(plain(nil, ["/"]), plain(["GET"], ["/a"])))
        #expect(!isShadowed(plain(["GET"]), plain(["GET", "PUT"])))
        #expect(!isShadowed(plain(nil, ["/a/b"]), plain(nil, ["/a"])))
        #expect(!isShadowed(plain(nil, ["/a"]), plain(nil, ["/ab"])))
        // An allow with a path opens no tunnel, so it leaves tunnels to the later one.
        #expect(!isShadowed(plain(nil, ["/"]), unchanged))
        #expect(!isShadowed(plain(["GET", "PUT"]), unchanged))
        #expect(isShadowed(unchanged, plain(["CONNECT"])))
    }

    @Test("a deny of a block is still needed behind an allow of it")
    func deniedBlocks() {
        func block(_ action: Policy.Action) -> (inout Policy) -> Void {
            {
                $0.action = action
                $0.match.destination = ["10.0.0.0/8"]
            }
        }
        #expect(!isShadowed(block(.allow), block(.deny)))
        #expect(isShadowed(block(.deny), block(.deny)))
        #expect(isShadowed(block(.deny), block(.allow)))
    }

    @Test("a weekly period covers only itself")
    func time() {
        func window(_ from: String) -> (inout Policy) -> Void {
            { $0.match.time = TimeWindow(from: from, to: "18:00") }
        }
        #expect(isShadowed(unchanged, window("08:00")))
        #expect(isShadowed(window("08:00"), window("08:00")))
        #expect(!isShadowed(window("08:00"), window("09:00")))
        #expect(!isShadowed(window("08:00"), unchanged))
    }

    @Test("what takes too many steps is said to be incomplete")
    func budget() {
        let policies = (0..<50).map { number in
            Policy(
                policyID: "p\(number)",
                action: .deny,
                match: PolicyMatch(destination: ["x.test:\(number + 1)"])
            )
        }
        let snapshot = Snapshot(agents: Self.agents, policies: policies)
        let report = SnapshotCheck.report(on: snapshot, now: 0, stepsMax: 100)
        #expect(report.warnings.contains { $0.code == .analysisIncomplete })
        let whole = SnapshotCheck.report(on: snapshot, now: 0)
        #expect(!whole.warnings.contains { $0.code == .analysisIncomplete })
    }
}
