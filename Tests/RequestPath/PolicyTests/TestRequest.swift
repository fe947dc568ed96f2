// A request with owned bytes, and a set with the agents that all tests share.

import ClawgressBytes
import ClawgressModel
import ClawgressPolicy
import Testing

/// What a set is compiled from.
struct PolicySet {
    var policies: [Policy]
    var groups: [String: [String]] = [:]
    var agents = PolicySet.sampleAgents

    static var sampleAgents: [Agent] {
        [
            Agent(
                agentID: "crawler",
                teamID: "research",
                projectID: "atlas",
                environment: "production"
            ),
            Agent(
                agentID: "builder",
                teamID: "platform",
                projectID: "forge",
                environment: "staging"
            ),
        ]
    }

    func compile() throws(PolicyCompileError) -> PolicyIndex {
        try PolicyIndex(
            policies: policies,
            agents: agents,
            destinationGroups: groups,
            hash: KeyedHash(first: 0x0123_4567_89AB_CDEF, second: 0xFEDC_BA98_7654_3210)
        )
    }

    func ordinal(of agentID: String) -> Int32 {
        Int32(agents.firstIndex { $0.agentID == agentID } ?? -1)
    }
}

/// A request as the gateway would hand it to policy.
struct TestRequest {
    var agent: String
    var method: String
    var host: String
    var kind: HostKind
    var address: IPAddress
    var port: UInt16
    var path: String
    var now: Int64
    var resolved: IPAddress?

    var isTunnel: Bool { method == "CONNECT" }

    /// Parses `http://host[:port]/path`, or `host:port` for CONNECT.
    init(agent: String, method: String, url: String, now: Int64 = 0, resolved: String? = nil)
        throws
    {
        self.agent = agent
        self.method = method
        self.now = now
        var authority = url
        path = ""
        if method != "CONNECT" {
            try #require(url.hasPrefix("http://"))
            let rest = url.dropFirst(7)
            let slash = try #require(rest.firstIndex(of: "/"))
            authority = String(rest[..<slash])
            path = String(rest[slash...])
        }
        var out = ByteBuffer(capacity: 512)
        let bytes = Array(authority.utf8)
        let parsed = try AuthorityParser.parse(
            bytes.span,
            defaultPort: method == "CONNECT" ? nil : 80,
            into: &out
        )
        host = out.bytes.extracting(parsed.host).string()
        kind = parsed.kind
        address = parsed.address
        port = parsed.port
        self.resolved = try resolved.map { try #require(IPAddress($0), "no address: \($0)") }
    }

    /// Calls `body` with the query for an agent's ordinal.
    func withQuery<Result>(_ agent: Int32, _ body: (PolicyQuery) -> Result) -> Result {
        let host = Array(self.host.utf8)
        let method = Array(self.method.utf8)
        let path = Array(self.path.utf8)
        return body(
            PolicyQuery(
                agent: agent,
                host: host.span,
                kind: kind,
                address: address,
                port: port,
                isTunnel: isTunnel,
                method: method.span,
                path: path.span,
                now: now
            )
        )
    }
}

extension PolicyIndex {
    /// The id of the policy at `ordinal` as text.
    func name(_ ordinal: Int32) -> String { String(decoding: policyID(ordinal), as: UTF8.self) }
}
