// The cache of right keys: what it remembers, and that it never outlives what it rests on.

import ClawgressBytes
import ClawgressIdentity
import ClawgressModel
import Testing

@Suite("Proof cache")
struct ProofCacheTests {
    private let index: IdentityIndex

    init() throws {
        index = try Registry.get().index
    }

    private func value(_ keyID: String, agent: String = "", note: String = "") -> [UInt8] {
        let offered = "\(agent):cgk_\(keyID)_\(Registry.secret)"
        return Array("Basic \(Base64.encode(Array(offered.utf8), .standard))\(note)".utf8)
    }

    /// What the cache says: the agent's ordinal and the key id, or "unknown".
    private func look(
        _ cache: borrowing ProofCache,
        _ value: [UInt8],
        generation: UInt64 = 1,
        now: Int64 = Registry.now
    ) -> String {
        var scratch = ByteBuffer(capacity: 1_024)
        scratch.append("before")
        let found = cache.proof(
            of: value.span,
            index,
            generation: generation,
            now: now,
            into: &scratch
        )
        guard case .known(let proof) = found else { return "unknown" }
        #expect(proof.authenticationType == .apiKey)
        #expect(proof.credentialID.lowerBound == 6)
        return "\(proof.agentOrdinal) \(scratch.bytes.extracting(proof.credentialID).string())"
    }

    private func remember(_ cache: inout ProofCache, _ value: [UInt8], _ keyID: String) throws {
        var scratch = ByteBuffer(capacity: 1_024)
        let before = cache.proof(
            of: value.span,
            index,
            generation: 1,
            now: Registry.now,
            into: &scratch
        )
        guard case .unknown(let digest) = before else {
            Issue.record("known before it was remembered")
            return
        }
        let name = Array(keyID.utf8)
        cache.remember(try #require(digest), keyID: name.span, index, generation: 1)
    }

    private func cache(capacity: Int = 64) -> ProofCache {
        var generator = SystemRandomNumberGenerator()
        return ProofCache(capacity: capacity, using: &generator)
    }

    @Test("gives the identity again that the key proved, and the full check's own answer")
    func remembers() throws {
        var cache = cache()
        let offered = value("builder00001")
        #expect(look(cache, offered) == "unknown")
        try remember(&cache, offered, "builder00001")

        var scratch = ByteBuffer(capacity: 1_024)
        guard
            case .key(let agent, let keyID, let secret) = try Credential.parse(
                offered.span,
                into: &scratch
            )
        else {
            Issue.record("no key was found")
            return
        }
        let proof = try index.verifyKey(
            scratch.bytes,
            agent: agent,
            keyID: keyID,
            secret: secret,
            now: Registry.now
        )
        #expect(look(cache, offered) == "\(proof.agentOrdinal) builder00001")
    }

    @Test("knows no other spelling, agent or secret than the one that was proved")
    func knowsOnlyTheSame() throws {
        var cache = cache()
        let offered = value("builder00001")
        try remember(&cache, offered, "builder00001")
        #expect(look(cache, value("builder00001", agent: "builder")) == "unknown")
        #expect(look(cache, value("builder00002")) == "unknown")
        #expect(look(cache, value("builder00001", note: "=")) == "unknown")
        #expect(look(cache, offered.dropLast()) == "unknown")
        for index in offered.indices {
            var other = offered
            other[index] ^= 1
            #expect(look(cache, other) == "unknown")
        }
    }

    @Test("forgets across a snapshot, so that a revocation holds at once")
    func forgetsAcrossSnapshots() throws {
        var cache = cache()
        try remember(&cache, value("builder00001"), "builder00001")
        #expect(look(cache, value("builder00001"), generation: 2) == "unknown")
        #expect(look(cache, value("builder00001"), generation: 1) != "unknown")
    }

    @Test("forgets at the key's end")
    func forgetsAtExpiry() throws {
        var cache = cache()
        try remember(&cache, value("testing00001"), "testing00001")
        #expect(look(cache, value("testing00001"), now: Registry.now) != "unknown")
        #expect(look(cache, value("testing00001"), now: Registry.now + 1) == "unknown")
    }

    @Test("remembers nothing longer than the longest value with a key")
    func boundsLength() throws {
        let cache = cache()
        let long = [UInt8](repeating: UInt8(ascii: "A"), count: 161)
        var scratch = ByteBuffer(capacity: 1_024)
        let found = cache.proof(
            of: long.span,
            index,
            generation: 1,
            now: Registry.now,
            into: &scratch
        )
        #expect(found == .unknown(nil))
        let longestAgent = String(repeating: "a", count: 63)
        #expect(value("builder00001", agent: longestAgent).count <= 160)
    }

    @Test("a newer proof takes the place of an older one and is never mistaken for it")
    func replaces() throws {
        var cache = cache(capacity: 1)
        try remember(&cache, value("builder00001"), "builder00001")
        try remember(&cache, value("testing00001"), "testing00001")
        #expect(look(cache, value("builder00001")) == "unknown")
        #expect(look(cache, value("testing00001")).hasSuffix("testing00001"))
    }
}
