// The words of an explanation: the first field that stands in the way, and why.

import ClawgressModel
import ClawgressPolicy
import Testing

@Suite("Traces")
struct TraceTests {
    private func finding(_ policy: Policy, _ method: String, _ url: String) throws
        -> PolicyTrace.Finding?
    {
        let set = PolicySet(policies: [policy])
        let index = try set.compile()
        let request = try TestRequest(agent: "crawler", method: method, url: url)
        return request.withQuery(0) { index.explain($0).entries.first?.finding }
    }

    private func expectMismatch(
        _ match: PolicyMatch,
        _ method: String,
        _ url: String,
        field: String,
        mention: String,
        action: Policy.Action = .allow
    ) throws {
        let policy = Policy(policyID: "p", action: action, match: match, allowBroad: true)
        guard case .mismatch(let found, let why) = try finding(policy, method, url) else {
            Issue.record("no mismatch")
            return
        }
        #expect(found == field)
        #expect(why.contains(mention), "\(why)")
    }

    private let plain = "http://example.com/a/b"

    @Test("names each identity field with the agent's value")
    func identity() throws {
        let cases = [
            (IdentityMatch(agents: ["x"]), "agent_id", "`crawler`"),
            (IdentityMatch(teams: ["x"]), "team_id", "`research`"),
            (IdentityMatch(projects: ["x"]), "project_id", "`atlas`"),
            (IdentityMatch(environments: ["x"]), "environment", "`production`"),
        ]
        for (identity, field, value) in cases {
            try expectMismatch(
                PolicyMatch(identity: identity),
                "GET",
                plain,
                field: "match.identity.\(field)",
                mention: value
            )
        }
    }

    @Test("tells a wrong host from a wrong port")
    func destination() throws {
        try expectMismatch(
            PolicyMatch(destination: ["x.com"]),
            "GET",
            plain,
            field: "match.destination",
            mention: "`example.com` is not covered by the pattern"
        )
        try expectMismatch(
            PolicyMatch(destination: ["x.com", "*.example.com", "10.0.0.0/8"]),
            "GET",
            plain,
            field: "match.destination",
            mention: "3 patterns"
        )
        try expectMismatch(
            PolicyMatch(destination: ["example.com:8443", "*:90-99"]),
            "GET",
            plain,
            field: "match.destination",
            mention: "port 8443 or ports 90 to 99, not on port 80"
        )
        try expectMismatch(
            PolicyMatch(destination: ["example.com"]),
            "CONNECT",
            "example.com:8443",
            field: "match.destination",
            mention: "the default port 443"
        )
    }

    @Test("names method and path of plain requests")
    func content() throws {
        try expectMismatch(
            PolicyMatch(method: ["PUT"]),
            "GET",
            plain,
            field: "match.method",
            mention: "`GET`"
        )
        try expectMismatch(
            PolicyMatch(pathPrefix: ["/x"]),
            "GET",
            plain,
            field: "match.path_prefix",
            mention: "`/a/b`"
        )
    }

    @Test("explains what a CONNECT does not show")
    func tunnels() throws {
        let target = "example.com:443"
        try expectMismatch(
            PolicyMatch(pathPrefix: ["/"]),
            "CONNECT",
            target,
            field: "match.path_prefix",
            mention: "a CONNECT shows no path"
        )
        try expectMismatch(
            PolicyMatch(method: ["GET"]),
            "CONNECT",
            target,
            field: "match.method",
            mention: "`CONNECT`"
        )
        var policy = Policy(policyID: "p", action: .deny, match: PolicyMatch(method: ["GET"]))
        policy.tunnels = .ignore
        #expect(
            try finding(policy, "CONNECT", target)
                == .mismatch(field: "tunnels", why: "the policy ignores tunnels")
        )
    }

    @Test("says when the time is outside the window")
    func time() throws {
        let window = TimeWindow(days: ["mon"], from: "08:00", to: "09:00")
        try expectMismatch(
            PolicyMatch(time: window),
            "GET",
            plain,
            field: "match.time",
            mention: "outside"
        )
    }

    @Test("lists all policies in total order with their attributes")
    func order() throws {
        let match = PolicyMatch(destination: ["example.com"])
        let set = PolicySet(policies: [
            Policy(policyID: "late", version: 7, priority: 5, action: .allow, match: match),
            Policy(policyID: "off", priority: 1, enabled: false, action: .allow, match: match),
            Policy(policyID: "seen", priority: 2, mode: .observe, action: .deny, match: match),
            Policy(policyID: "second", priority: 6, action: .deny, match: match),
        ])
        let index = try set.compile()
        let request = try TestRequest(agent: "builder", method: "GET", url: plain)
        let trace = request.withQuery(1) { index.explain($0) }
        #expect(trace.entries.map(\.policyID) == ["off", "seen", "late", "second"])
        #expect(trace.entries.map(\.finding) == [.disabled, .matched, .matched, .matched])
        #expect(trace.entries.map(\.mode) == [.enforce, .observe, .enforce, .enforce])
        #expect(trace.entries.map(\.action) == [.allow, .deny, .allow, .deny])
        #expect(trace.entries.map(\.decides) == [false, false, true, false])
        #expect(trace.entries.map(\.priority) == [1, 2, 5, 6])
        #expect(trace.entries.map(\.version) == [1, 1, 7, 1])
        #expect(trace.verdict.would.differs && !trace.verdict.would.isAllowed)
    }
}
