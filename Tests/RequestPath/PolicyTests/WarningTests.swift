// What is legal and still worth a word.

import ClawgressModel
import ClawgressPolicy
import Testing

@Suite("Warnings")
struct WarningTests {
    private func warnings(_ policies: Policy...) throws -> [String] {
        try PolicySet(policies: policies).compile().warnings.map(\.description)
    }

    private func policy(
        _ id: String,
        _ action: Policy.Action,
        _ match: PolicyMatch,
        priority: Int = 1_000
    ) -> Policy {
        Policy(policyID: id, priority: priority, action: action, match: match)
    }

    @Test("says nothing about a plain set")
    func silence() throws {
        let match = PolicyMatch(destination: ["example.com"])
        #expect(try warnings(policy("a", .allow, match), policy("d", .deny, match)).isEmpty)
    }

    @Test("names the deny that a smaller priority overrules")
    func overlap() throws {
        let match = PolicyMatch(destination: ["example.com"])
        let found = try warnings(
            policy("a", .allow, match, priority: 10),
            policy("d", .deny, match),
            policy("other", .deny, PolicyMatch(destination: ["example.org"]))
        )
        try #require(found.count == 1)
        #expect(found.first?.hasPrefix("policy `a`: ") == true)
        #expect(found.first?.contains("`d`") == true)
        #expect(found.first?.contains("other") == false)
    }

    @Test("lists at most eight overruled denies")
    func manyOverlaps() throws {
        let match = PolicyMatch(destination: ["example.com"])
        var policies = [policy("a", .allow, match, priority: 10)]
        for number in 0..<20 { policies.append(policy("d\(number)", .deny, match)) }
        let found = try PolicySet(policies: policies).compile().warnings
        try #require(found.count == 1)
        #expect(found.first?.message.hasSuffix("and others") == true)
    }

    @Test("says that an allow with a path or methods never opens a tunnel")
    func blindAllow() throws {
        let path = PolicyMatch(destination: ["example.com"], pathPrefix: ["/a"])
        let method = PolicyMatch(destination: ["example.com"], method: ["GET"])
        let connect = PolicyMatch(destination: ["example.com"], method: ["GET", "CONNECT"])
        let found = try warnings(
            policy("a", .allow, path),
            policy("b", .allow, method),
            policy("c", .allow, connect)
        )
        try #require(found.count == 2)
        #expect(found[0].contains("`a`") && found[0].contains("path prefix"))
        #expect(found[1].contains("`b`") && found[1].contains("method list"))
    }

    @Test("lists every name to which a deny with a path or method closes tunnels")
    func closedTunnels() throws {
        let names = ["example.com", "*.example.org", "192.0.2.1", "10.0.0.0/8"]
        let match = PolicyMatch(destination: names, method: ["POST"])
        let found = try warnings(policy("d", .deny, match))
        try #require(found.count == 1)
        for name in names { #expect(found[0].contains("`\(name)`")) }
        let everything = try warnings(policy("d", .deny, PolicyMatch(pathPrefix: ["/a"])))
        #expect(everything.first?.hasSuffix("everything") == true)
    }

    @Test("says nothing about a deny that ignores tunnels, or is about CONNECT only")
    func quietDenies() throws {
        var ignoring = policy("d", .deny, PolicyMatch(destination: ["x.com"], method: ["POST"]))
        ignoring.tunnels = .ignore
        let connect = policy("e", .deny, PolicyMatch(destination: ["x.com"], method: ["CONNECT"]))
        #expect(try warnings(ignoring, connect).isEmpty)
    }

    @Test("names identity values that no agent has")
    func unknownIdentity() throws {
        let identity = IdentityMatch(agents: ["crawler", "ghost"], teams: ["atlas"])
        let match = PolicyMatch(identity: identity, destination: ["example.com"])
        let found = try warnings(policy("a", .allow, match))
        try #require(found.count == 2)
        #expect(found[0].contains("agent_id `ghost`"))
        #expect(found[1].contains("team_id `atlas`"))
    }

    @Test("does not advise on disabled policies")
    func disabled() throws {
        var quiet = policy("a", .allow, PolicyMatch(destination: ["x.com"], method: ["GET"]))
        quiet.enabled = false
        #expect(try warnings(quiet).isEmpty)
    }
}
