// The judgement on each token of `Cases/tokens.json`, and what a changed token is worth.

import ClawgressBytes
import ClawgressIdentity
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressModel
import TestKit
import Testing

@Suite("Token verifier")
struct TokenVerifierTests {
    private let registry: Registry
    private let verifier: TokenVerifier

    init() throws {
        registry = try Registry.get()
        verifier = TokenVerifier(index: registry.index)
    }

    private func judge(_ token: [UInt8], now: Int64 = Registry.now) -> TokenVerdict {
        verifier.verify(token.span, now: now)
    }

    private func word(_ verdict: TokenVerdict) -> String {
        switch verdict {
        case .accepted: "accepted"
        case .refused(let reason): reason.word
        }
    }

    @Test("judges each kind of token as its case says")
    func judgesTokens() throws {
        for example in try cases("tokens") {
            let verdict = judge(try registry.token(example))
            #expect(word(verdict) == example["expect"]?.text, "\(example["name"]?.text ?? "")")
        }
    }

    @Test("says who was proved, until when, and by which credential")
    func describesAccepted() throws {
        guard case .accepted(let proof) = judge(try registry.token()) else {
            Issue.record("refused")
            return
        }
        #expect(proof.agentOrdinal == 1)
        #expect(proof.notAfter == Registry.now + 3_600)
        #expect(proof.credentialID == "https://issuer.example/es256-a/t-1")
    }

    @Test("cuts long credential ids at a character, and leaves out a missing jti")
    func cutsCredentialIDs() throws {
        let long = try registry.token(
            claims: [JSONMember("jti", .string(String(repeating: "é", count: 100)))])
        guard case .accepted(let proof) = judge(long) else {
            Issue.record("refused")
            return
        }
        #expect((127...128).contains(proof.credentialID.utf8.count))
        #expect(proof.credentialID.hasPrefix("https://issuer.example/es256-a/éé"))
        let bare = try registry.token(claims: [JSONMember("jti", .null)])
        guard case .accepted(let other) = judge(bare) else {
            Issue.record("refused")
            return
        }
        #expect(other.credentialID == "https://issuer.example/es256-a")
    }

    @Test("accepts until the skew after exp is over")
    func endsAfterSkew() throws {
        let token = try registry.token(claims: [JSONMember("exp", .integer(Registry.now + 100))])
        #expect(word(judge(token, now: Registry.now + 159)) == "accepted")
        #expect(word(judge(token, now: Registry.now + 160)) == "token_expired")
    }

    @Test("refuses padding and other spellings of a valid token")
    func refusesOtherSpellings() throws {
        let text = String(decoding: try registry.token(signer: "eddsa"), as: UTF8.self)
        let parts = text.split(separator: ".").map(String.init)
        let spellings = [
            text + "=", text + "==", " " + text, text + "\n", text + ".",
            "\(parts[0])=.\(parts[1]).\(parts[2])", "\(parts[0]).\(parts[1]).",
            "\(parts[0]).\(parts[1])", String(repeating: "a", count: 9_000) + ".a.a",
        ]
        for spelling in spellings {
            #expect(word(judge(Array(spelling.utf8))) == "token_malformed")
        }
    }

    @Test("refuses a token with any one byte changed", arguments: ["es256-a", "eddsa", "ps256"])
    func refusesEveryChange(signer: String) throws {
        let token = try registry.token(signer: signer)
        for place in token.indices {
            var changed = token
            changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : 0x41
            #expect(word(judge(changed)) != "accepted", "byte \(place)")
        }
    }

    @Test("survives random bytes in place of a token")
    func survivesMutations() throws {
        var generator = SplitMix64(seed: 6)
        let token = try registry.token()
        for _ in 0..<3_000 {
            var changed = token
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<changed.count, using: &generator)
                changed[place] = UInt8.random(in: 0...255, using: &generator)
            }
            #expect(changed == token || word(judge(changed)) != "accepted")
        }
    }

    @Test("compares issuers by bytes, not by canonical equivalence")
    func comparesIssuersByBytes() throws {
        // U+212A KELVIN SIGN is canonically equivalent to the letter K.
        let signer = try #require(registry.signers["eddsa"])
        let issuer = TokenIssuer(
            issuer: "K",
            audiences: ["clawgress"],
            keys: [signer.publicJWK.jsonText]
        )
        let index = try IdentityIndex(
            agents: registry.agents,
            issuers: [issuer],
            hash: Registry.hash,
            now: Registry.now
        )
        for (name, expected) in [("K", "accepted"), ("\u{212A}", "token_issuer_unknown")] {
            let token = try registry.token(
                signer: "eddsa",
                claims: [JSONMember("iss", .string(name))]
            )
            let verdict = TokenVerifier(index: index).verify(token.span, now: Registry.now)
            #expect(word(verdict) == expected)
        }
    }
}
