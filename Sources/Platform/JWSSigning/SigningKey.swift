// Private keys. They live in a module of their own, so that a process which only verifies, such
// as the gateway, links no code that could sign.

public import ClawgressJWS
import Crypto
import CryptoExtras

/// Why a private key could not be read or used.
public enum SigningError: Error, Equatable, Sendable {
    /// The public part is no key that we verify with.
    case publicPart(JWSError)
    /// A private member is missing, malformed, or not the one of the public part.
    case privatePart
    /// The header that was to be signed has `alg` or `kid`, which are the key's own.
    case reservedHeaderMember
    /// The cryptographic library refused the operation.
    case operationFailed

    /// The stable snake_case name, for logs and error messages.
    public var code: String {
        switch self {
        case .publicPart(let error): error.code
        case .privatePart: "private_part_malformed"
        case .reservedHeaderMember: "reserved_header_member"
        case .operationFailed: "signing_failed"
        }
    }
}

/// A private key for exactly one algorithm.
///
/// The value prints as its public name only, so that it does not reach a log by accident.
public struct SigningKey: Sendable, CustomStringConvertible {
    enum Material: Sendable {
        case p256(P256.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
    }

    /// The public half: its algorithm, its name, its JWK.
    public let verificationKey: VerificationKey
    let material: Material

    init(verificationKey: VerificationKey, material: Material) {
        self.verificationKey = verificationKey
        self.material = material
    }

    /// The only algorithm of the key.
    public var algorithm: SignatureAlgorithm { verificationKey.algorithm }

    /// The key's name, written into each header as `kid`.
    public var keyID: String { verificationKey.keyID }

    /// The public half as JWK.
    public var publicJWK: JSONValue { verificationKey.publicJWK }

    /// Algorithm and name; never the private part.
    public var description: String { "\(algorithm.rawValue) key `\(keyID)`" }

    /// Makes a new key from the system's random bits.
    ///
    /// - Parameters:
    ///   - algorithm: what the key is for; RSA keys get 3072 bits (128-bit security).
    ///   - keyID: the key's name; its thumbprint if nil.
    /// - Throws: `SigningError.operationFailed` if no RSA key could be made.
    public static func generate(
        _ algorithm: SignatureAlgorithm,
        keyID: String? = nil
    ) throws(SigningError) -> SigningKey {
        let material: Material
        switch algorithm {
        case .es256: material = .p256(P256.Signing.PrivateKey())
        case .edDSA: material = .ed25519(Curve25519.Signing.PrivateKey())
        case .rs256, .ps256:
            guard let key = try? _RSA.Signing.PrivateKey(keySize: .bits3072) else {
                throw .operationFailed
            }
            material = .rsa(key)
        }
        return try SigningKey(material, algorithm, keyID: keyID)
    }
}
