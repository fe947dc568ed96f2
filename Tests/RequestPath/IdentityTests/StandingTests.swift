// What must hold for an identity that was proved under an earlier snapshot to stand.

import ClawgressBytes
import ClawgressIdentity
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressModel
import Testing

@Suite("Standing identities")
struct StandingTests {
    /// What confirming says: the agent's place, or why not.
    private static func confirm(
        _ agent: String,
        _ authentication: AuthenticationType,
        _ credential: String,
        in index: IdentityIndex? = nil,
        now: Int64 = Registry.now
    ) throws -> Result<Int32, IdentityRefusal> {
        let index = try index ?? Registry.get().index
        let (agent, credential) = (Array(agent.utf8), Array(credential.utf8))
        do throws(IdentityRefusal) {
            return .success(
                try index.confirm(
                    agent: agent.span,
                    by: authentication,
                    credentialID: credential.span,
                    now: now
                )
            )
        } catch {
            return .failure(error)
        }
    }

    private static func refusal(_ reason: Reason) -> Result<Int32, IdentityRefusal> {
        .failure(IdentityRefusal(reason))
    }

    @Test("a live key of an active agent stands, wherever the agent is now")
    func keys() throws {
        #expect(try Self.confirm("tester-2", .apiKey, "testing00001") == .success(0))
        #expect(try Self.confirm("builder-1", .apiKey, "builder00002") == .success(1))
        let reordered = try IdentityIndex(
            agents: Registry.get().agents.reversed(),
            issuers: [],
            hash: Registry.hash,
            now: Registry.now
        )
        #expect(try Self.confirm("tester-2", .apiKey, "testing00001", in: reordered) == .success(2))
    }

    @Test(
        "nothing else stands",
        arguments: [
            ("nobody", AuthenticationType.apiKey, "builder00001", Reason.agentUnknown),
            ("", .apiKey, "builder00001", .agentUnknown),
            ("sleeper", .apiKey, "sleeper00001", .agentDisabled),
            ("sleeper", .jwt, "https://issuer.example/es256-a", .agentDisabled),
            ("builder-1", .apiKey, "gone00000001", .keyUnknown),
            ("builder-1", .apiKey, "", .keyUnknown),
            ("builder-1", .apiKey, "testing00001", .keyOfOtherAgent),
            ("builder-1", .apiKey, "revoked00001", .keyRevoked),
            ("builder-1", .apiKey, "revoked00002", .keyRevoked),
            ("builder-1", .apiKey, "expired00001", .keyExpired),
            ("builder-1", .none, "builder00001", .credentialsMissing),
        ]
    )
    func refused(agent: String, by: AuthenticationType, credential: String, reason: Reason) throws {
        #expect(try Self.confirm(agent, by, credential) == Self.refusal(reason))
    }

    @Test("a key stands until the second in which it expires")
    func expiry() throws {
        let expiry = Registry.now + 1
        let before = try Self.confirm("tester-2", .apiKey, "testing00001", now: expiry - 1)
        let after = try Self.confirm("tester-2", .apiKey, "testing00001", now: expiry)
        #expect(before == .success(0) && after == Self.refusal(.keyExpired))
    }

    @Test(
        "a token stands while its issuer and the key that signed it are trusted",
        arguments: [
            ("https://issuer.example/es256-a", true), ("https://issuer.example/es256-b/t-1", true),
            ("https://issuer.example/es256-a/", true), ("https://other.example/other/a/b", true),
            ("https://issuer.example/es256-c/t-1", false), ("https://issuer.example/es256", false),
            ("https://issuer.example/es256-ab", false), ("https://other.example/es256-a", false),
            ("https://issuer.example/", false), ("https://issuer.example", false), ("", false),
            ("https://issuer.exampl/es256-a", false), ("es256-a", false),
        ]
    )
    func tokens(credential: String, stands: Bool) throws {
        let expected = stands ? Result.success(Int32(1)) : Self.refusal(.tokenKeyUnknown)
        #expect(try Self.confirm("builder-1", .jwt, credential) == expected)
    }

    @Test("the public name of every token that was accepted stands", arguments: [0, 60, 200])
    func acceptedTokens(length: Int) throws {
        let registry = try Registry.get()
        let jti = String(repeating: "j", count: length)
        let claims = length == 0 ? [] : [JSONMember("jti", .string(jti))]
        for signer in ["es256-a", "es256-b", "eddsa", "rs256", "ps256"] {
            let token = try registry.token(signer: signer, claims: claims)
            let verdict = TokenVerifier(index: registry.index).verify(token.span, now: Registry.now)
            guard case .accepted(let proof) = verdict else {
                Issue.record("\(signer): \(verdict)")
                continue
            }
            #expect(try Self.confirm("builder-1", .jwt, proof.credentialID) == .success(1))
        }
    }

    @Test("a name that was cut is compared as far as it goes")
    func cutNames() throws {
        let long = "https://" + String(repeating: "i", count: 120) + ".example"
        let key = try #require(try Registry.get().signers["eddsa"]).publicJWK.jsonText
        let index = try IdentityIndex(
            agents: Registry.get().agents,
            issuers: [TokenIssuer(issuer: long, audiences: ["a"], keys: [key])],
            hash: Registry.hash,
            now: Registry.now
        )
        let cut = String("\(long)/eddsa/t-1".prefix(TokenVerifier.credentialIDBytesMax))
        #expect(try Self.confirm("builder-1", .jwt, cut, in: index) == .success(1))
        let other = "x" + cut.dropFirst()
        let refused = try Self.confirm("builder-1", .jwt, other, in: index)
        #expect(refused == Self.refusal(.tokenKeyUnknown))
    }

    @Test("the next expiry is that of a live key, and there may be none")
    func nextExpiry() throws {
        let index = try Registry.get().index
        #expect(index.nextExpiry(after: Registry.now) == Registry.now + 1)
        #expect(index.nextExpiry(after: Registry.now + 1) == nil)
        #expect(index.nextExpiry(after: Registry.now - 1) == Registry.now)
        #expect(index.nextExpiry(after: Registry.now - 11) == Registry.now - 10)
        let bare = try IdentityIndex(agents: [], issuers: [], hash: Registry.hash, now: 0)
        #expect(bare.nextExpiry(after: 0) == nil)
    }
}
