// Random policy sets over small alphabets, so that collisions, overlaps and ties are the rule.

import ClawgressModel
import TestKit

/// Makes policy sets and requests that have much in common.
struct RandomSets {
    var random: SplitMix64

    private let hosts = [
        "example.com", "www.example.com", "a.b.example.com", "example.org", "api.example.org",
        "localhost", "x.org", "deep.a.b.c.d.example.com",
    ]
    private let literals = ["10.0.0.1", "10.0.1.1", "192.0.2.9", "8.8.8.8"]
    private let blocks = [
        "10.0.0.0/8", "10.0.0.0/24", "10.0.0.1", "8.8.8.0/24", "0.0.0.0/0", "192.0.2.0/28",
        "fd00::/8", "[fd00::1]",
    ]
    private let suffixes = [
        "*.example.com", "*.b.example.com", "*.org", "*.example.org", "*.a.b.c.d.example.com", "*",
    ]
    private let paths = ["/", "/a", "/a/", "/a/b", "/ab", "/a/b/c", "/z", "/a;v=1"]
    private let ports = ["", "", "", "", ":80", ":443", ":8080", ":400-9000", ":*"]
    private let methods = ["GET", "HEAD", "POST", "PUT", "CONNECT", "REPORT"]

    /// Eight agents in two teams, three projects and two environments.
    var agents: [Agent] {
        (0..<8).map { number in
            Agent(
                agentID: "agent-\(number)",
                teamID: "team-\(number % 2)",
                projectID: "project-\(number % 3)",
                environment: "env-\(number / 4)"
            )
        }
    }

    mutating func set(count: Int) -> PolicySet {
        var groups: [String: [String]] = [:]
        for name in ["one", "two"] {
            groups[name] = (0..<3).map { _ in pattern() }
        }
        return PolicySet(
            policies: (0..<count).map { policy($0, of: count) },
            groups: groups,
            agents: agents
        )
    }

    private mutating func pattern() -> String {
        let host = random.pick([random.pick(hosts), random.pick(blocks), random.pick(suffixes)])
        // A bare IPv6 block takes no port.
        return host.contains("::") && !host.hasPrefix("[") ? host : host + random.pick(ports)
    }

    private mutating func policy(_ number: Int, of count: Int) -> Policy {
        let action: Policy.Action = random.oneIn(3) ? .deny : .allow
        let methods = random.oneIn(3) ? random.some(self.methods, most: 3) : nil
        let paths = random.oneIn(3) ? random.some(self.paths, most: 2) : nil
        let mayIgnore =
            action == .deny && methods?.contains("CONNECT") != true
            && (methods != nil || paths != nil)
        return Policy(
            policyID: "p\(number)",
            priority: random.oneIn(4) ? 1_000 : Int.random(in: 0...(count / 2), using: &random),
            enabled: !random.oneIn(8),
            mode: random.oneIn(5) ? .observe : .enforce,
            action: action,
            match: PolicyMatch(
                identity: identity(),
                destination: destination(of: count),
                method: methods,
                pathPrefix: paths,
                time: window()
            ),
            tunnels: mayIgnore && random.oneIn(2) ? .ignore : .apply,
            allowBroad: true
        )
    }

    private mutating func destination(of count: Int) -> [String]? {
        // In a large set, a few policies about everything would decide every request.
        if random.oneIn(8 + count / 4) { return nil }
        return (0..<Int.random(in: 1...3, using: &random)).map { _ in
            random.oneIn(6) ? "group:" + random.pick(["one", "two"]) : pattern()
        }
    }

    private mutating func identity() -> IdentityMatch? {
        if random.oneIn(2) { return nil }
        var match = IdentityMatch()
        if random.oneIn(2) {
            match.agents = (0...Int.random(in: 0..<4, using: &random)).map { "agent-\($0)" }
        }
        if random.oneIn(3) { match.teams = ["team-\(random.pick([0, 1, 5]))"] }
        if random.oneIn(3) { match.projects = random.some(["project-0", "project-1"], most: 2) }
        if random.oneIn(3) || match == IdentityMatch() { match.environments = ["env-0"] }
        return match
    }

    private mutating func window() -> TimeWindow? {
        guard random.oneIn(4) else { return nil }
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        return TimeWindow(
            days: random.oneIn(2) ? random.some(days, most: 4) : nil,
            from: random.pick(["00:00", "08:30", "22:00"]),
            to: random.pick(["00:00", "08:30", "17:45", "24:00"]),
            zone: random.pick(["UTC", "+05:30", "-08:00"])
        )
    }

    mutating func request() throws -> TestRequest {
        let host = random.oneIn(4) ? random.pick(literals + ["[fd00::1]"]) : random.pick(hosts)
        let method = random.pick(methods + ["BREW"])
        let port = random.pick([80, 443, 443, 8_080, 9_001])
        let url =
            method == "CONNECT"
            ? "\(host):\(port)"
            : "http://\(host):\(port)\(random.pick(paths + ["/a/b/c/d", "/abc", "/a;v=1/b", "/a/b;x", "/a;w/b;v=1/c"]))"
        return try TestRequest(
            agent: random.pick(agents).agentID,
            method: method,
            url: url,
            now: Int64.random(in: 1_700_000_000...1_703_000_000, using: &random)
        )
    }
}
