// The cache of verdicts: what it remembers, what ends it, and what cannot push what out.

import ClawgressBytes
import ClawgressIdentity
import ClawgressModel
import Testing

@Suite("Token cache")
struct TokenCacheTests {
    /// Registry and verifier give real verdicts; `AcceptedToken` cannot be made otherwise.
    private let accepted: TokenVerdict
    private let now = Registry.now

    init() throws {
        let registry = try Registry.get()
        let token = try registry.token()
        accepted = TokenVerifier(index: registry.index).verify(token.span, now: Registry.now)
    }

    private func token(_ number: Int) -> [UInt8] {
        Array("header.payload-\(number).signature".utf8)
    }

    private func look(
        _ cache: inout TokenCache,
        _ token: [UInt8],
        generation: UInt64 = 1,
        now: Int64 = Registry.now
    ) -> String {
        var scratch = ByteBuffer(capacity: 1_024)
        scratch.append("Bearer ")
        scratch.append(token)
        let range = 7..<(7 + token.count)
        switch cache.verdict(on: range, in: &scratch, generation: generation, now: now) {
        case .accepted(let identity):
            #expect(identity.authenticationType == .jwt)
            let credential = scratch.bytes.extracting(identity.credentialID).string()
            return "\(identity.agentOrdinal) \(credential)"
        case .refused(let reason): return reason.word
        case .unknown: return "unknown"
        }
    }

    private let proof = "1 https://issuer.example/es256-a/t-1"

    @Test("remembers an accepted token with its identity")
    func remembersAccepted() {
        var cache = TokenCache(hash: Registry.hash)
        #expect(look(&cache, token(1)) == "unknown")
        cache.remember(accepted, on: token(1).span, generation: 1, now: now)
        #expect(look(&cache, token(1)) == proof)
        #expect(look(&cache, token(2)) == "unknown")
        #expect(look(&cache, token(1).dropLast()) == "unknown")
    }

    @Test("forgets an accepted token at its exp")
    func forgetsAtExpiry() {
        var cache = TokenCache(hash: Registry.hash)
        cache.remember(accepted, on: token(1).span, generation: 1, now: now)
        #expect(look(&cache, token(1), now: now + 3_599) == proof)
        #expect(look(&cache, token(1), now: now + 3_600) == "unknown")
    }

    @Test("keeps nothing of a token whose exp is past, though the skew still accepts it")
    func keepsNothingPastExpiry() {
        var cache = TokenCache(hash: Registry.hash)
        cache.remember(accepted, on: token(1).span, generation: 1, now: now + 3_600)
        #expect(look(&cache, token(1), now: now + 3_600) == "unknown")
        #expect(look(&cache, token(1), now: now) == "unknown")
    }

    @Test("forgets every verdict with its snapshot")
    func forgetsAtNewGeneration() {
        var cache = TokenCache(hash: Registry.hash)
        cache.remember(accepted, on: token(1).span, generation: 1, now: now)
        cache.remember(.refused(.tokenExpired), on: token(2).span, generation: 1, now: now)
        #expect(look(&cache, token(1), generation: 2) == "unknown")
        #expect(look(&cache, token(2), generation: 2) == "unknown")
        cache.remember(.refused(.agentDisabled), on: token(1).span, generation: 2, now: now)
        #expect(look(&cache, token(1), generation: 2) == "agent_disabled")
    }

    @Test("remembers a refusal for ten seconds")
    func remembersRefusalsBriefly() {
        var cache = TokenCache(hash: Registry.hash)
        cache.remember(.refused(.tokenKeyUnknown), on: token(1).span, generation: 1, now: now)
        #expect(look(&cache, token(1), now: now + 9) == "token_key_unknown")
        #expect(look(&cache, token(1), now: now + 10) == "unknown")
    }

    @Test("does not remember beyond a clock that is set back")
    func survivesClockSetBack() {
        var cache = TokenCache(hash: Registry.hash)
        cache.remember(.refused(.tokenKeyUnknown), on: token(1).span, generation: 1, now: now)
        #expect(look(&cache, token(1), now: now - 3_600) == "unknown")
    }

    @Test("lets a flood of bad tokens push out bad tokens only")
    func separatesRefusals() {
        var cache = TokenCache(capacity: 64, refusedCapacity: 64, hash: Registry.hash)
        cache.remember(accepted, on: token(0).span, generation: 1, now: now)
        for number in 1...10_000 {
            cache.remember(
                .refused(.tokenSignatureInvalid),
                on: token(number).span,
                generation: 1,
                now: now
            )
        }
        #expect(look(&cache, token(0)) == proof)
        let kept = (1...10_000).filter { look(&cache, token($0)) != "unknown" }.count
        #expect(kept == 64)
    }

    @Test("is bounded, and keeps what is used over what is not")
    func evictsLeastRecentlyUsed() {
        var cache = TokenCache(capacity: 64, refusedCapacity: 4, hash: Registry.hash)
        for number in 0..<1_000 {
            cache.remember(accepted, on: token(number).span, generation: 1, now: now)
            #expect(look(&cache, token(0)) == proof)
            #expect(look(&cache, token(number)) == proof)
        }
        let kept = (0..<1_000).filter { look(&cache, token($0)) != "unknown" }.count
        #expect(kept == 64)
    }

    @Test("gives way to a new snapshot's tokens first where old ones lie")
    func replacesStaleFirst() {
        var cache = TokenCache(capacity: 4, refusedCapacity: 4, hash: Registry.hash)
        for number in 0..<4 {
            cache.remember(accepted, on: token(number).span, generation: 1, now: now)
        }
        for number in 10..<14 {
            cache.remember(accepted, on: token(number).span, generation: 2, now: now)
        }
        for number in 10..<14 { #expect(look(&cache, token(number), generation: 2) == proof) }
    }

    @Test("replaces the verdict on a token in place")
    func replacesInPlace() {
        var cache = TokenCache(capacity: 4, refusedCapacity: 4, hash: Registry.hash)
        for number in 0..<4 {
            cache.remember(accepted, on: token(number).span, generation: 1, now: now)
        }
        for _ in 0..<10 { cache.remember(accepted, on: token(1).span, generation: 1, now: now) }
        for number in 0..<4 { #expect(look(&cache, token(number)) == proof) }
    }

    @Test("compares whole tokens where hashes are equal")
    func comparesWholeTokens() {
        // With this key the hash of everything is 0.
        var cache = TokenCache(hash: KeyedHash(first: 0, second: 0x9E37_79B9_7F4A_7C15))
        for number in 0..<100 {
            cache.remember(accepted, on: token(number).span, generation: 1, now: now)
            #expect(look(&cache, token(number)) == proof)
            #expect(look(&cache, token(number + 1)) == "unknown")
        }
    }
}
