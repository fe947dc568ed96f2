// What an index tells about its policies, and splits that only large sets bring about.

import ClawgressBytes
import ClawgressModel
import ClawgressPolicy
import TestKit
import Testing

@Suite("Policy index")
struct PolicyIndexTests {
    private func allow(_ id: String, _ match: PolicyMatch) -> Policy {
        Policy(policyID: id, action: .allow, match: match)
    }

    @Test("gives id, version and tunnel content of a decision")
    func attributes() throws {
        let raw = Policy(
            policyID: "raw",
            version: 3,
            action: .allow,
            match: PolicyMatch(destination: ["example.com:22"]),
            tls: .any
        )
        let index = try PolicySet(policies: [
            allow("web", PolicyMatch(destination: ["example.com"])), raw,
        ]).compile()
        let request = try TestRequest(agent: "crawler", method: "CONNECT", url: "example.com:22")
        let verdict = request.withQuery(0) { index.decide($0) }
        var out = ByteBuffer(capacity: 64)
        index.writePolicyID(verdict.policy, to: &out)
        #expect(out.bytes.string() == "raw")
        #expect(index.policyVersion(verdict.policy) == 3)
        #expect(index.tlsContent(verdict.policy) == .any)
        #expect(index.tlsContent(1) == .require)
        #expect(index.encryptedHello(1) == .allow)
        #expect(index.count == 2)
    }

    @Test("names the default deny, which has no version")
    func defaultDeny() throws {
        let index = try PolicySet(policies: []).compile()
        var out = ByteBuffer(capacity: 64)
        index.writePolicyID(-1, to: &out)
        #expect(out.bytes.string() == "default-deny")
        #expect(index.name(-1) == "default-deny")
        #expect(index.policyVersion(-1) == 0)
        #expect(index.tlsContent(-1) == .require)
        #expect(index.encryptedHello(-1) == .refuse)
    }

    @Test("knows which policies want no encrypted ClientHello")
    func encryptedHello() throws {
        var strict = allow("strict", PolicyMatch(destination: ["example.org"]))
        strict.ech = .refuse
        let index = try PolicySet(policies: [
            allow("mild", PolicyMatch(destination: ["example.com"])), strict,
        ]).compile()
        #expect(index.encryptedHello(0) == .allow)
        #expect(index.encryptedHello(1) == .refuse)
        #expect(index.tlsContent(1) == .require)
    }

    @Test("finds the one policy among thousands about one host, by agent and by path")
    func oneHost() throws {
        let agents = (0..<500).map { number in
            Agent(agentID: "a\(number)", teamID: "t", projectID: "p", environment: "e")
        }
        var policies: [Policy] = []
        for number in 0..<500 {
            let identity = IdentityMatch(agents: ["a\(number)"])
            let match = PolicyMatch(identity: identity, destination: ["example.com"])
            policies.append(allow("agent-\(number)", match))
        }
        for number in 0..<2_000 {
            let match = PolicyMatch(destination: ["example.org"], pathPrefix: ["/o/\(number)"])
            policies.append(allow("path-\(number)", match))
        }
        let set = PolicySet(policies: policies, agents: agents)
        let index = try set.compile()
        for number in stride(from: 0, to: 500, by: 7) {
            let request = try TestRequest(agent: "", method: "GET", url: "http://example.com/")
            let verdict = request.withQuery(Int32(number)) { index.decide($0) }
            #expect(index.name(verdict.policy) == "agent-\(number)")
        }
        for number in stride(from: 0, to: 2_000, by: 13) {
            let url = "http://example.org/o;v=1/\(number)/x"
            let request = try TestRequest(agent: "", method: "GET", url: url)
            let verdict = request.withQuery(0) { index.decide($0) }
            #expect(index.name(verdict.policy) == "path-\(number)")
        }
    }

    @Test("keeps policies with very long lists right")
    func longLists() throws {
        let agents = (0..<400).map { number in
            Agent(agentID: "a\(number)", teamID: "t", projectID: "p", environment: "e")
        }
        let evens = stride(from: 0, to: 400, by: 2).map { "a\($0)" }
        let many = (0..<300).map { "b\($0)" } + ["a1"]
        let paths = (0..<300).map { "/p/\($0)" }
        var policies = (0..<20).map { number in
            allow(
                "z\(number)",
                PolicyMatch(
                    identity: IdentityMatch(agents: ["a399"]),
                    destination: ["example.com"],
                    pathPrefix: ["/z\(number)"]
                )
            )
        }
        let destination = ["example.com"]
        policies += [
            allow(
                "evens",
                PolicyMatch(identity: IdentityMatch(agents: evens), destination: destination)
            ),
            allow(
                "many",
                PolicyMatch(identity: IdentityMatch(agents: many), destination: destination)
            ),
            allow("paths", PolicyMatch(destination: destination, pathPrefix: paths)),
        ]
        let index = try PolicySet(policies: policies, agents: agents).compile()
        func decide(_ agent: Int32, _ path: String) throws -> String {
            let url = "http://example.com\(path)"
            let request = try TestRequest(agent: "", method: "GET", url: url)
            return index.name(request.withQuery(agent) { index.decide($0).policy })
        }
        #expect(try decide(398, "/") == "evens")
        #expect(try decide(1, "/") == "many")
        #expect(try decide(3, "/") == "default-deny")
        #expect(try decide(3, "/p/299/x") == "paths")
        #expect(try decide(399, "/z7/x") == "z7")
        #expect(try decide(399, "/p/7") == "paths")
        #expect(try decide(399, "/q") == "default-deny")
    }

    @Test("tells apart nested blocks that begin with the same address", arguments: 1...10)
    func nestedBlocks(_ seed: UInt64) throws {
        let policies = (1...32).map { length in
            let patterns = ["0.0.0.0/\(length):\(length)", "[::]/\(length):\(length)"]
            return allow("length-\(length)", PolicyMatch(destination: patterns))
        }
        var random = SplitMix64(seed: seed)
        let index = try PolicyIndex(
            policies: policies,
            agents: PolicySet.sampleAgents,
            destinationGroups: [:],
            hash: KeyedHash(using: &random)
        )
        for length in 1...32 {
            for host in ["0.0.0.0", "[::]"] {
                let url = "\(host):\(length)"
                let request = try TestRequest(agent: "crawler", method: "CONNECT", url: url)
                let policy = request.withQuery(0) { index.decide($0).policy }
                #expect(index.name(policy) == "length-\(length)")
            }
        }
    }

    @Test("finds suffixes of names with very many labels")
    func deepNames() throws {
        let deep = (0..<100).map { _ in "a" }.joined(separator: ".")
        let match = PolicyMatch(destination: ["*.\(deep).example", "*.b.example"])
        let index = try PolicySet(policies: [allow("deep", match)]).compile()
        for (host, isAllowed) in [
            ("x.\(deep).example", true), ("\(deep).example", false), ("x.b.example", true),
        ] {
            let request = try TestRequest(agent: "", method: "GET", url: "http://\(host)/")
            #expect(request.withQuery(0) { index.decide($0).isAllowed } == isAllowed)
        }
    }

    @Test("gives the same answer whatever the order of the source and the hash's key")
    func determinism() throws {
        var generator = RandomSets(random: SplitMix64(seed: 99))
        let set = generator.set(count: 60)
        var random = SplitMix64(seed: 7)
        let first = try set.compile()
        let second = try PolicyIndex(
            policies: set.policies.shuffled(using: &random),
            agents: set.agents,
            destinationGroups: set.groups,
            hash: KeyedHash(using: &random)
        )
        for _ in 0..<300 {
            let request = try generator.request()
            request.withQuery(set.ordinal(of: request.agent)) { query in
                #expect(first.decide(query) == second.decide(query))
            }
        }
    }
}
