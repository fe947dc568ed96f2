// What one decision costs with 10, 1,000 and 10,000 policies: the figure behind the promise
// that the size of a set hardly matters.

import ClawgressBytes
import ClawgressModel
import ClawgressPolicy

/// Measures `PolicyIndex.decide` on random sets of several sizes.
func measurePolicy() -> [(name: String, nanoseconds: Double)] {
    var results: [(name: String, nanoseconds: Double)] = []
    for count in [10, 1_000, 10_000] {
        let world = PolicyWorld(policies: count)
        guard let index = world.compile() else { continue }
        results.append(world.measureDecisions("decide, \(count) policies", index))
    }
    let crowd = PolicyWorld(policiesForOneHost: 10_000)
    if let index = crowd.compile() {
        results.append(crowd.measureDecisions("decide, 10000 policies about one host", index))
    }
    let world = PolicyWorld(policies: 1_000)
    results.append(
        measure("compile 1000 policies", iterations: 4) { _ in world.compile()?.count ?? 0 }
    )
    return results
}

/// The index behind a reference, as the gateway's snapshot holds it.
private final class SharedIndex: Sendable {
    let index: PolicyIndex

    init(_ index: PolicyIndex) {
        self.index = index
    }
}

/// A policy set and the requests that are made of it.
private struct PolicyWorld {
    private struct Request {
        let agent: Int32
        let host: Range<Int>
        let path: Range<Int>
        let method: Range<Int>
        let isTunnel: Bool
    }

    private var agents: [Agent] = []
    private var policies: [Policy] = []
    private var requests: [Request] = []
    private var text: [UInt8] = []
    private var random: RandomBits

    private static var agentCount: Int { 200 }
    private static var requestCount: Int { 4_096 }

    private init() {
        var seed = FixedSeed()
        random = RandomBits(seededBy: &seed)
        for number in 0..<Self.agentCount {
            agents.append(
                Agent(
                    agentID: "agent-\(number)",
                    teamID: "team-\(number % 10)",
                    projectID: "project-\(number % 25)",
                    environment: number % 4 == 0 ? "staging" : "production"
                )
            )
        }
    }

    /// A mix as operators have: most policies name a host, some a suffix, a block, a team, an
    /// agent, methods, paths; of the requests, 70 % are covered by some policy.
    init(policies count: Int) {
        self.init()
        for number in 0..<count { policies.append(mixedPolicy(number)) }
        for _ in 0..<Self.requestCount {
            let isHit = below(10) < 7
            let number = below(count)
            let host = isHit ? Self.host(number) : "unknown-\(below(100_000)).example.net"
            add(host: host, agent: Self.agent(number), path: "/v1/items/\(below(1_000))")
        }
    }

    /// The unkind case: all policies name the same host, and differ in agent or path.
    init(policiesForOneHost count: Int) {
        self.init()
        for number in 0..<count {
            var match = PolicyMatch(destination: ["api.example.com"])
            if number % 2 == 0 {
                match.pathPrefix = ["/org-\(number)/repository"]
            } else {
                match.identity = IdentityMatch(agents: ["agent-\(number % Self.agentCount)"])
                match.pathPrefix = ["/org-\(number)"]
            }
            policies.append(Policy(policyID: "policy-\(number)", action: .allow, match: match))
        }
        for _ in 0..<Self.requestCount {
            let number = below(count)
            let path = "/org-\(number)/repository/blob"
            add(host: "api.example.com", agent: number % Self.agentCount, path: path)
        }
    }

    func compile() -> PolicyIndex? {
        var system = SystemRandomNumberGenerator()
        return try? PolicyIndex(
            policies: policies,
            agents: agents,
            destinationGroups: [:],
            hash: KeyedHash(using: &system)
        )
    }

    func measureDecisions(
        _ name: String,
        _ index: PolicyIndex
    ) -> (name: String, nanoseconds: Double) {
        let shared = SharedIndex(index)
        let text = self.text.span
        let requests = self.requests
        return measure(name, iterations: 1 << 18) { iteration in
            let request = requests[iteration & (requests.count - 1)]
            let query = PolicyQuery(
                agent: request.agent,
                host: text.extracting(request.host),
                kind: .name,
                address: IPAddress(v4: 0),
                port: request.isTunnel ? 443 : 80,
                isTunnel: request.isTunnel,
                method: text.extracting(request.method),
                path: text.extracting(request.path),
                now: 1_795_000_000
            )
            return Int(shared.index.decide(query).policy)
        }
    }
}

// MARK: - Random content

extension PolicyWorld {
    private mutating func below(_ bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &random)
    }

    private mutating func mixedPolicy(_ number: Int) -> Policy {
        var match = PolicyMatch(destination: [Self.host(number)])
        switch number % 10 {
        case 0: match.destination = ["*.\(Self.domain(number))"]
        case 1: match.destination = [Self.host(number), "10.\(number % 250).0.0/16:8443"]
        case 2: match.identity = IdentityMatch(teams: ["team-\(Self.agent(number) % 10)"])
        case 3: match.identity = IdentityMatch(agents: ["agent-\(Self.agent(number))"])
        case 4:
            match.identity = IdentityMatch(
                projects: ["project-\(Self.agent(number) % 25)"],
                environments: ["production", "staging"]
            )
        case 5: match.method = ["GET", "HEAD", "CONNECT"]
        case 6: match.pathPrefix = ["/v1"]
        default: break
        }
        let action: Policy.Action = number % 10 == 7 ? .deny : .allow
        return Policy(policyID: "policy-\(number)", action: action, match: match)
    }

    private static func host(_ number: Int) -> String { "service-\(number).\(domain(number))" }
    private static func domain(_ number: Int) -> String { "domain-\(number / 10).com" }
    private static func agent(_ number: Int) -> Int { number &* 7 % agentCount }

    private mutating func add(host: String, agent: Int, path: String) {
        let isTunnel = below(2) == 0
        requests.append(
            Request(
                agent: Int32(agent),
                host: append(host),
                path: append(isTunnel ? "" : path),
                method: append(isTunnel ? "CONNECT" : "GET"),
                isTunnel: isTunnel
            )
        )
    }

    private mutating func append(_ piece: String) -> Range<Int> {
        let start = text.count
        text += Array(piece.utf8)
        return start..<text.count
    }
}

/// The same numbers in every run, so that two runs measure the same work.
private struct FixedSeed: RandomNumberGenerator {
    private var state: UInt64 = 0x5EED

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 33
    }
}
