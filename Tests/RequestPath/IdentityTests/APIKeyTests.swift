// API keys: their form, their digest, and the judgement on each case of `Cases/keys.json`.

import ClawgressBytes
import ClawgressIdentity
import ClawgressJWS
import ClawgressModel
import Crypto
import TestKit
import Testing

@Suite("API keys")
struct APIKeyTests {
    private func verify(
        _ index: IdentityIndex,
        agent: String,
        keyID: String,
        secret: String,
        now: Int64 = Registry.now
    ) throws(IdentityRefusal) -> (identity: VerifiedIdentity, credential: String) {
        let text = "\(agent):cgk_\(keyID)_\(secret)"
        let value = Array("Basic \(Base64.encode(text.utf8, .standard))".utf8)
        var scratch = ByteBuffer(capacity: 512)
        guard
            case .key(let agent, let keyID, let secret) = try Credential.parse(
                value.span,
                into: &scratch
            )
        else { throw IdentityRefusal(.credentialsMissing) }
        let identity = try index.verifyKey(
            scratch.bytes,
            agent: agent,
            keyID: keyID,
            secret: secret,
            now: now
        )
        return (identity, scratch.bytes.extracting(identity.credentialID).string())
    }

    @Test("judges each kind of key as its case says")
    func judgesKeys() throws {
        let index = try Registry.get().index
        for example in try cases("keys") {
            let agent = try #require(example["agent"]?.text)
            let keyID = try #require(example["key_id"]?.text)
            let secret = try #require(example["secret"]?.text)
            var found = "accepted"
            do throws(IdentityRefusal) {
                let proof = try verify(index, agent: agent, keyID: keyID, secret: secret)
                #expect(proof.identity.agentOrdinal == (keyID == "testing00001" ? 0 : 1))
                #expect(proof.identity.authenticationType == .apiKey)
                #expect(proof.credential == keyID)
            } catch {
                found = error.reason.word
            }
            #expect(found == example["expect"]?.text, "\(example["name"]?.text ?? "")")
        }
    }

    @Test("ends a key at the second of its expiry")
    func endsAtExpiry() throws {
        let index = try Registry.get().index
        #expect(throws: IdentityRefusal(.keyExpired)) {
            try verify(
                index,
                agent: "tester-2",
                keyID: "testing00001",
                secret: Registry.secret,
                now: Registry.now + 1
            )
        }
    }

    @Test("rotates: the old key works beside the new one until it is revoked")
    func rotates() throws {
        var agent = Agent(
            agentID: "a",
            teamID: "t",
            projectID: "p",
            environment: "e",
            keys: [try Registry.record("oldkey000001")]
        )
        let new = String(Registry.secret.reversed())
        for stage in 0..<3 {
            if stage == 1 { agent.keys.append(try Registry.record("newkey000001", secret: new)) }
            if stage == 2 { agent.keys[0].revokedAt = Registry.now }
            let index = try IdentityIndex(
                agents: [agent],
                issuers: [],
                hash: Registry.hash,
                now: Registry.now
            )
            let old = try? verify(
                index,
                agent: "a",
                keyID: "oldkey000001",
                secret: Registry.secret
            )
            let fresh = try? verify(index, agent: "a", keyID: "newkey000001", secret: new)
            #expect((old != nil) == (stage < 2))
            #expect((fresh != nil) == (stage > 0))
        }
    }

    @Test("makes keys that it reads again, each with its own 160 bits")
    func generates() throws {
        var generator = SplitMix64(seed: 4)
        var seen: Set<String> = []
        var letters: Set<Character> = []
        for _ in 0..<500 {
            let key = APIKey.generate(using: &generator)
            #expect(key.fullText.utf8.count == 49)
            let copy = try #require(APIKey(key.fullText))
            #expect(copy.keyID == key.keyID)
            #expect(copy.secret == key.secret)
            #expect(key.secret.count == 32)
            #expect(!key.description.contains(key.secret))
            seen.insert(key.secret)
            seen.insert(key.keyID)
            letters.formUnion(key.secret)
        }
        #expect(seen.count == 1_000)
        #expect(letters.count == 32)
        #expect(APIKey("cgk_short_x") == nil)
    }

    @Test("keeps the SHA-256 of the secret, as the cryptographic library computes it")
    func keepsDigest() {
        var generator = SplitMix64(seed: 5)
        for _ in 0..<500 {
            let key = APIKey.generate(using: &generator)
            let expected = Hexadecimal.encode(SHA256.hash(data: Array(key.secret.utf8)))
            let record = key.record(createdAt: 1, expiresAt: 2)
            #expect(record.digest == expected)
            #expect(record.keyID == key.keyID)
            #expect(record.createdAt == 1)
            #expect(record.expiresAt == 2)
            #expect(record.revokedAt == nil)
        }
    }

    @Test("refuses the right secret if any one byte of the kept digest is another")
    func comparesWholeDigest() throws {
        for place in 0..<32 {
            var record = try Registry.record("key000000001")
            var digest = try #require(Hexadecimal.decode(record.digest))
            digest[place] ^= 1
            record.digest = Hexadecimal.encode(digest)
            let agent = Agent(
                agentID: "a",
                teamID: "t",
                projectID: "p",
                environment: "e",
                keys: [record]
            )
            let index = try IdentityIndex(
                agents: [agent],
                issuers: [],
                hash: Registry.hash,
                now: Registry.now
            )
            #expect(throws: IdentityRefusal(.keyWrongSecret)) {
                try verify(index, agent: "a", keyID: "key000000001", secret: Registry.secret)
            }
        }
    }

    @Test("accepts a secret only if every letter is right")
    func comparesEveryLetter() throws {
        let index = try Registry.get().index
        for place in 0..<32 {
            var secret = Array(Registry.secret)
            secret[place] = secret[place] == "z" ? "y" : "z"
            #expect(throws: IdentityRefusal(.keyWrongSecret)) {
                try verify(
                    index,
                    agent: "",
                    keyID: "builder00001",
                    secret: String(secret)
                )
            }
        }
    }
}
