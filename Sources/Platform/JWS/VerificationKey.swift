// A public key and the one algorithm it is for. The algorithm belongs to the key and never to
// the text: a key that would verify whatever the header says is the classic hole of JWT.

import Crypto
import CryptoExtras

/// A public key that verifies signatures of exactly one algorithm.
public struct VerificationKey: Sendable {
    enum Material: Sendable {
        case p256(P256.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
        case rsa(_RSA.Signing.PublicKey)
    }

    /// The only algorithm that the key verifies.
    public let algorithm: SignatureAlgorithm
    /// The key's name: the JWK's `kid`, or the thumbprint where it has none.
    public let keyID: String
    /// SHA-256 thumbprint of the key in unpadded base64url (RFC 7638).
    public let thumbprint: String
    /// The members that make the key, in the order of RFC 7638.
    let requiredMembers: [JSONMember]
    let material: Material

    init(
        algorithm: SignatureAlgorithm,
        keyID: String?,
        requiredMembers: [JSONMember],
        material: Material
    ) {
        let thumbprint = Self.thumbprint(of: requiredMembers)
        self.algorithm = algorithm
        self.keyID = keyID ?? thumbprint
        self.thumbprint = thumbprint
        self.requiredMembers = requiredMembers
        self.material = material
    }

    /// The key as a JWK (RFC 7517) with `alg`, `kid` and `use`.
    public var publicJWK: JSONValue {
        .object(
            requiredMembers + [
                JSONMember("alg", .string(algorithm.rawValue)),
                JSONMember("kid", .string(keyID)),
                JSONMember("use", .string("sig")),
            ]
        )
    }

    /// Checks that `signature` is this key's over `signingInput`.
    ///
    /// - Throws: `JWSError.signatureInvalid`, also for a signature of the wrong length.
    public func verify(signature: [UInt8], signingInput: [UInt8]) throws(JWSError) {
        guard isValid(signature, over: signingInput) else { throw .signatureInvalid }
    }

    private func isValid(_ signature: [UInt8], over input: [UInt8]) -> Bool {
        switch material {
        case .p256(let key):
            guard let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return key.isValidSignature(parsed, for: input)
        case .ed25519(let key):
            return key.isValidSignature(signature, for: input)
        case .rsa(let key):
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: SHA256.hash(data: input),
                padding: algorithm == .ps256 ? .PSS : .insecurePKCS1v1_5
            )
        }
    }
}
