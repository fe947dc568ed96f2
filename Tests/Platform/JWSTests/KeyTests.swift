// Keys: published vectors, refused JWK, and private keys that come back from their JWK.

import ClawgressBytes
import ClawgressJWS
import ClawgressJWSSigning
import Testing

@Suite("Keys")
struct KeyTests {
    /// RSA keys are slow to make: one for all tests, used under both of its algorithms.
    private static let rsa = Result { try SigningKey.generate(.rs256, keyID: "rsa") }

    private func key(_ algorithm: SignatureAlgorithm) throws -> SigningKey {
        switch algorithm {
        case .es256, .edDSA: return try SigningKey.generate(algorithm)
        case .rs256: return try Self.rsa.get()
        case .ps256:
            let members = try #require(Self.rsa.get().privateJWK.members)
            return try SigningKey(
                jwk: .object(
                    members.map {
                        $0.name == "alg" ? JSONMember("alg", .string("PS256")) : $0
                    }
                )
            )
        }
    }

    @Test("verifies the signatures of the RFCs and no other")
    func verifiesPublishedVectors() throws {
        for example in try cases("vectors") {
            guard let text = example["text"]?.text else { continue }
            let key = try VerificationKey(jwk: try #require(example["jwk"]))
            let bytes = Array(text.utf8)
            let parsed = try CompactJWS(parsing: bytes.span)
            #expect(throws: Never.self, "\(example["name"]?.text ?? "")") {
                try parsed.verify(with: key)
            }
            #expect(throws: JWSError.signatureInvalid) {
                try key.verify(
                    signature: parsed.signature,
                    signingInput: parsed.signingInput + [0x20]
                )
            }
            #expect(throws: JWSError.signatureInvalid) {
                try key.verify(
                    signature: parsed.signature.dropLast(),
                    signingInput: parsed.signingInput
                )
            }
        }
    }

    @Test("computes the thumbprints of the RFCs and names keys by them")
    func computesPublishedThumbprints() throws {
        var checked = 0
        for example in try cases("vectors") {
            guard let expected = example["thumbprint"]?.text else { continue }
            let jwk = try #require(example["jwk"])
            let key = try VerificationKey(jwk: jwk)
            #expect(key.thumbprint == expected)
            #expect(key.keyID == jwk["kid"]?.text ?? expected)
            checked += 1
        }
        #expect(checked == 2)
    }

    @Test("judges public JWK")
    func judgesJWK() throws {
        for example in try cases("keys") {
            let jwk = try #require(example["jwk"])
            var found = "accepted"
            do throws(JWSError) {
                let key = try VerificationKey(jwk: jwk)
                let copy = try VerificationKey(jwkText: key.publicJWK.jsonText)
                #expect(copy.keyID == key.keyID)
            } catch {
                found = error.code
            }
            #expect(found == example["expect"]?.text, "\(example["name"]?.text ?? "")")
        }
    }

    @Test("refuses JWK text that is not strict JSON")
    func refusesLenientText() {
        #expect(throws: JWSError.keyMalformed) {
            try VerificationKey(jwkText: "{\"kty\":\"OKP\",\"kty\":\"OKP\"}")
        }
    }

    @Test("makes a key from raw Ed25519 bytes only if there are 32")
    func readsRawKey() throws {
        let jwk = try SigningKey.generate(.edDSA).publicJWK
        let text = try #require(jwk["x"]?.text)
        let raw = try #require(Base64.decode(text, .urlSafe))
        let key = try VerificationKey(ed25519: raw, keyID: "root")
        #expect(key.keyID == "root")
        #expect(key.publicJWK["x"] == jwk["x"])
        #expect(throws: JWSError.keyMalformed) { try VerificationKey(ed25519: raw + [0]) }
    }

    @Test(
        "signs, verifies, and comes back from its private JWK",
        arguments: SignatureAlgorithm.allCases
    )
    func roundTrips(algorithm: SignatureAlgorithm) throws {
        let original = try key(algorithm)
        let copy = try SigningKey(jwk: try StrictJSON.read(original.privateJWK.jsonText))
        #expect(copy.algorithm == algorithm)
        #expect(copy.keyID == original.keyID)
        let text = Array(try copy.sign(payload: Array("hello".utf8)).utf8)
        try CompactJWS(parsing: text.span).verify(with: original.verificationKey)
        #expect(original.publicJWK["d"] == nil)
        let secret = try #require(original.privateJWK["d"]?.text)
        #expect(!"\(original)".contains(secret))
    }

    @Test("refuses a signature of the other RSA padding")
    func separatesPaddings() throws {
        let pkcs = try key(.rs256)
        let pss = try key(.ps256)
        let input = Array("x".utf8)
        let signature = try pkcs.signature(over: input)
        try pkcs.verificationKey.verify(signature: signature, signingInput: input)
        #expect(throws: JWSError.signatureInvalid) {
            try pss.verificationKey.verify(signature: signature, signingInput: input)
        }
    }

    @Test(
        "refuses a private part that is missing or of another key",
        arguments: SignatureAlgorithm.allCases
    )
    func refusesForeignPrivatePart(algorithm: SignatureAlgorithm) throws {
        let own = try key(algorithm)
        #expect(throws: SigningError.privatePart) { try SigningKey(jwk: own.publicJWK) }
        guard algorithm == .es256 || algorithm == .edDSA else { return }
        let foreign = try #require(SigningKey.generate(algorithm).privateJWK["d"])
        let members = try #require(own.publicJWK.members)
        let mixed = members + [JSONMember("d", foreign)]
        #expect(throws: SigningError.privatePart) { try SigningKey(jwk: .object(mixed)) }
    }

    @Test("refuses a private JWK whose public part is no key")
    func refusesBadPublicPart() {
        #expect(throws: SigningError.publicPart(.keyMalformed)) {
            try SigningKey(jwk: .object([]))
        }
    }

    @Test("refuses to sign a header that names algorithm or key", arguments: ["alg", "kid"])
    func refusesReservedMembers(name: String) throws {
        let key = try SigningKey.generate(.edDSA)
        #expect(throws: SigningError.reservedHeaderMember) {
            try key.sign(header: [JSONMember(name, .string("none"))], payload: [])
        }
    }

    @Test("has one word for each error")
    func namesErrors() {
        let codes = [
            JWSError.tooLarge, .malformedCompact, .malformedBase64, .malformedHeader,
            .algorithmMissing, .algorithmRefused, .criticalHeaderRefused, .embeddedKeyRefused,
            .headerMemberInvalid, .keyMalformed, .keyTypeUnsupported, .keySizeRefused, .keyWeak,
            .privateKeyRefused, .algorithmMismatch, .signatureInvalid,
        ].map(\.code)
        let signing = [
            SigningError.privatePart, .reservedHeaderMember, .operationFailed,
            .publicPart(.tooLarge),
        ].map(\.code)
        #expect(Set(codes + signing).count == codes.count + signing.count - 1)
    }
}
