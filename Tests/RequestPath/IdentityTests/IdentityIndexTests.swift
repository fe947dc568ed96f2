// What a snapshot must hold to be compiled, and lookups in the result.

import ClawgressBytes
import ClawgressIdentity
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressModel
import Testing

@Suite("Identity index")
struct IdentityIndexTests {
    private func agent(_ name: String, keys: [APIKeyRecord] = []) -> Agent {
        Agent(agentID: name, teamID: "t", projectID: "p", environment: "e", keys: keys)
    }

    private func message(agents: [Agent] = [], issuers: [TokenIssuer] = []) -> String {
        do throws(IdentityCompileError) {
            _ = try IdentityIndex(
                agents: agents,
                issuers: issuers,
                hash: Registry.hash,
                now: Registry.now
            )
            return "compiled"
        } catch {
            return error.description
        }
    }

    @Test("finds each agent of many and no other")
    func findsAgents() throws {
        let names = (0..<2_000).map { "agent-\($0)" }
        let index = try IdentityIndex(
            agents: names.map { agent($0) },
            issuers: [],
            hash: Registry.hash,
            now: 0
        )
        #expect(index.agentCount == 2_000)
        for (place, name) in names.enumerated() {
            let bytes = Array(name.utf8)
            #expect(index.ordinal(ofAgent: bytes.span) == Int32(place))
            let longer = bytes + [0x78]
            #expect(index.ordinal(ofAgent: longer.span) == nil)
        }
        let nothing: [UInt8] = []
        #expect(index.ordinal(ofAgent: nothing.span) == nil)
    }

    @Test("knows who is active")
    func knowsWhoIsActive() throws {
        let index = try Registry.get().index
        #expect((0..<3).map { index.isActive($0) } == [true, true, false])
    }

    @Test("refuses a token that is offered for another agent")
    func comparesClaims() throws {
        let index = try Registry.get().index
        let right = Array("builder-1".utf8)
        let wrong = Array("tester-2".utf8)
        try index.requireAgent(1, named: right.span)
        #expect(throws: IdentityRefusal(.tokenClaimMismatch)) {
            try index.requireAgent(1, named: wrong.span)
        }
    }

    @Test("refuses ids that are invalid or there twice")
    func refusesBadIds() {
        #expect(message(agents: [agent("A")]).hasPrefix("agent id `A` does not match"))
        #expect(message(agents: [agent("a"), agent("a")]) == "agent id `a` is there twice")
        var other = agent("a")
        other.teamID = "T"
        #expect(message(agents: [other]).hasPrefix("team id of agent `a` `T`"))
        other = agent("a")
        other.projectID = ""
        #expect(message(agents: [other]).hasPrefix("project id of agent `a` ``"))
        other = agent("a")
        other.environment = "e e"
        #expect(message(agents: [other]).hasPrefix("environment of agent `a` `e e`"))
    }

    @Test("refuses keys that are malformed or there twice")
    func refusesBadKeys() throws {
        let good = try Registry.record("key000000001")
        #expect(message(agents: [agent("a", keys: [good])]) == "compiled")
        #expect(
            message(agents: [agent("a", keys: [good]), agent("b", keys: [good])])
                == "key id `key000000001` is there twice"
        )
        var bad = good
        bad.keyID = "KEY"
        #expect(message(agents: [agent("a", keys: [bad])]).hasPrefix("key id `KEY` of agent `a`"))
        for digest in ["", "00", good.digest + "00", String(repeating: "g", count: 64)] {
            bad = good
            bad.digest = digest
            #expect(
                message(agents: [agent("a", keys: [bad])])
                    == "the digest of key `key000000001` is not 64 hexadecimal digits"
            )
        }
    }

    @Test("refuses a third live key, and counts neither revoked nor expired ones")
    func boundsLiveKeys() throws {
        var keys = [
            try Registry.record("key000000001"), try Registry.record("key000000002"),
            try Registry.record("key000000003", revokedAt: 1),
            try Registry.record("key000000004", expiresAt: Registry.now),
        ]
        #expect(message(agents: [agent("a", keys: keys)]) == "compiled")
        keys[3].expiresAt = Registry.now + 1
        #expect(
            message(agents: [agent("a", keys: keys)])
                == "agent `a` has 3 live keys; revoke or expire all but 2"
        )
    }

    @Test("refuses issuers that could accept nothing or everything")
    func refusesBadIssuers() throws {
        let jwk = try SigningKey.generate(.edDSA, keyID: "k").publicJWK.jsonText
        let good = TokenIssuer(issuer: "i", audiences: ["a"], keys: [jwk])
        #expect(message(issuers: [good]) == "compiled")
        let changes: [(String, (inout TokenIssuer) -> Void)] = [
            ("an issuer has no name", { $0.issuer = "" }),
            ("issuer `i` has no audience", { $0.audiences = [] }),
            ("issuer `i` has no key", { $0.keys = [] }),
            (
                "issuer `i` allows no life: life_seconds_max must be positive",
                { $0.lifeSecondsMax = 0 }
            ),
            ("key 2 of issuer `i`: key_malformed", { $0.keys.append("{}") }),
            ("issuer `i`: key id `k` is there twice", { $0.keys.append(jwk) }),
            ("issuer `i`: `exp` cannot name an identity claim", { $0.claims.teamID = "exp" }),
            ("issuer `i`: `` cannot name an identity claim", { $0.claims.agentID = "" }),
            ("issuer `i`: claim `team_id` is there twice", { $0.claims.agentID = "team_id" }),
        ]
        for (expected, change) in changes {
            var bad = good
            change(&bad)
            #expect(message(issuers: [bad]) == expected)
        }
        #expect(message(issuers: [good, good]) == "issuer `i` is there twice")
    }
}
