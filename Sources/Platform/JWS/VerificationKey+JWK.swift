// Keys from JWK (RFC 7517, parameters of RFC 7518 section 6 and RFC 8037 section 2). A key set
// is configuration, but it comes from other parties: each member is checked before it is used.

import ClawgressBytes
import Crypto
import CryptoExtras

extension VerificationKey {
    /// The least and the greatest accepted RSA modulus, in bits.
    ///
    /// Less is too weak (RFC 7518 section 3.3); more would let a key's owner spend our time.
    public static var modulusBits: ClosedRange<Int> { 2_048...8_192 }

    /// Makes a key from a public JWK.
    ///
    /// Accepted are `EC` with `P-256` (ES256), `OKP` with `Ed25519` (EdDSA) and `RSA`, whose
    /// `alg` says RS256 or PS256 and means RS256 where absent, as large issuers publish it.
    /// `use` must be `sig` and `key_ops` contain `verify` where present.
    ///
    /// - Throws: `JWSError` of the key cases.
    public init(jwk: JSONValue) throws(JWSError) {
        guard jwk["d"] == nil, jwk["p"] == nil, jwk["q"] == nil, jwk["k"] == nil else {
            throw .privateKeyRefused
        }
        try self.init(publicPartOf: jwk)
    }

    /// Makes a key from JWK text.
    ///
    /// - Throws: `JWSError.keyMalformed` if the text is not strict JSON; else as `init(jwk:)`.
    public init(jwkText: String) throws(JWSError) {
        let jwk: JSONValue
        do throws(JSONError) {
            jwk = try StrictJSON.read(jwkText)
        } catch {
            throw .keyMalformed
        }
        try self.init(jwk: jwk)
    }

    /// Makes a key from the public members of a JWK and ignores private ones; for the signing
    /// module, whose own JWK have them.
    ///
    /// - Throws: `JWSError` of the key cases.
    public init(publicPartOf jwk: JSONValue) throws(JWSError) {
        try Self.checkPurpose(jwk)
        let keyID = try Self.name(jwk["kid"])
        guard let type = jwk["kty"]?.text else { throw .keyMalformed }
        switch (type, jwk["crv"]?.text) {
        case ("EC", "P-256"): try self.init(p256: jwk, keyID: keyID)
        case ("OKP", "Ed25519"): try self.init(okp: jwk, keyID: keyID)
        case ("RSA", _): try self.init(rsa: jwk, keyID: keyID)
        default: throw .keyTypeUnsupported
        }
    }

    /// Makes an EdDSA key from the 32 bytes of an Ed25519 public key (RFC 8032 section 5.1.5).
    ///
    /// - Throws: `JWSError.keyMalformed` if there are not 32 bytes.
    public init(ed25519 bytes: [UInt8], keyID: String? = nil) throws(JWSError) {
        guard bytes.count == 32,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else { throw .keyMalformed }
        self.init(
            algorithm: .edDSA,
            keyID: keyID,
            requiredMembers: [
                JSONMember("crv", .string("Ed25519")),
                JSONMember("kty", .string("OKP")),
                JSONMember("x", .string(Base64.encode(bytes, .urlSafe))),
            ],
            material: .ed25519(key)
        )
    }

    private init(okp jwk: JSONValue, keyID: String?) throws(JWSError) {
        try Self.checkAlgorithm(jwk, is: .edDSA)
        try self.init(ed25519: try Self.bytes(jwk["x"]), keyID: keyID)
    }

    private init(p256 jwk: JSONValue, keyID: String?) throws(JWSError) {
        try Self.checkAlgorithm(jwk, is: .es256)
        let x = try Self.bytes(jwk["x"])
        let y = try Self.bytes(jwk["y"])
        guard x.count == 32, y.count == 32,
            let key = try? P256.Signing.PublicKey(rawRepresentation: x + y)
        else { throw .keyMalformed }
        self.init(
            algorithm: .es256,
            keyID: keyID,
            requiredMembers: [
                JSONMember("crv", .string("P-256")),
                JSONMember("kty", .string("EC")),
                JSONMember("x", .string(Base64.encode(x, .urlSafe))),
                JSONMember("y", .string(Base64.encode(y, .urlSafe))),
            ],
            material: .p256(key)
        )
    }

    private init(rsa jwk: JSONValue, keyID: String?) throws(JWSError) {
        let algorithm = try Self.rsaAlgorithm(jwk["alg"])
        let modulus = try Self.bytes(jwk["n"])
        let exponent = try Self.bytes(jwk["e"])
        // RFC 7518 section 2: no leading zero octets, so that one key has one thumbprint.
        guard let top = modulus.first, top != 0, modulus.last.map({ $0 & 1 }) == 1 else {
            throw .keyMalformed
        }
        let size = modulus.count * 8 - top.leadingZeroBitCount
        guard Self.modulusBits.contains(size) else { throw .keySizeRefused }
        guard !WeakModulus.isFactorable(modulus) else { throw .keyWeak }
        // Odd, at least 3 and at most 32 bits: every public exponent in use is.
        guard let first = exponent.first, first != 0, exponent.count <= 4,
            exponent.last.map({ $0 & 1 }) == 1, exponent != [1],
            let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent)
        else { throw .keyMalformed }
        self.init(
            algorithm: algorithm,
            keyID: keyID,
            requiredMembers: [
                JSONMember("e", .string(Base64.encode(exponent, .urlSafe))),
                JSONMember("kty", .string("RSA")),
                JSONMember("n", .string(Base64.encode(modulus, .urlSafe))),
            ],
            material: .rsa(key)
        )
    }
}
