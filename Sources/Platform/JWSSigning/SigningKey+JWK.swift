// Private keys as JWK, in and out (RFC 7518 section 6, RFC 8037 section 2). The text is the
// secret itself: callers seal it before it touches a disk.

import ClawgressBytes
public import ClawgressJWS
import Crypto
import CryptoExtras

extension SigningKey {
    /// Reads a private JWK.
    ///
    /// - Throws: `SigningError.publicPart` if the public members make no key, else
    ///   `SigningError.privatePart`, also if private and public members do not belong together.
    public init(jwk: JSONValue) throws(SigningError) {
        let verificationKey: VerificationKey
        do throws(JWSError) {
            verificationKey = try VerificationKey(publicPartOf: jwk)
        } catch {
            throw .publicPart(error)
        }
        let material: Material
        switch verificationKey.algorithm {
        case .es256: material = try Self.p256(jwk)
        case .edDSA: material = try Self.ed25519(jwk)
        case .rs256, .ps256: material = try Self.rsa(jwk)
        }
        let key = try SigningKey(
            material,
            verificationKey.algorithm,
            keyID: verificationKey.keyID
        )
        guard key.verificationKey.thumbprint == verificationKey.thumbprint else {
            throw .privatePart
        }
        self = key
    }

    /// The whole key as JWK, private members included: a secret.
    public var privateJWK: JSONValue {
        .object((publicJWK.members ?? []) + privateMembers)
    }

    private var privateMembers: [JSONMember] {
        switch material {
        case .p256(let key): [Self.member("d", Array(key.rawRepresentation))]
        case .ed25519(let key): [Self.member("d", Array(key.rawRepresentation))]
        case .rsa(let key): Self.rsaPrivateMembers(Array(key.derRepresentation))
        }
    }

    /// Derives the public half from the private one, so that they always belong together.
    init(
        _ material: Material,
        _ algorithm: SignatureAlgorithm,
        keyID: String?
    ) throws(SigningError) {
        var members = Self.publicMembers(of: material)
        members.append(JSONMember("alg", .string(algorithm.rawValue)))
        if let keyID { members.append(JSONMember("kid", .string(keyID))) }
        do throws(JWSError) {
            self.init(
                verificationKey: try VerificationKey(jwk: .object(members)),
                material: material
            )
        } catch {
            throw .publicPart(error)
        }
    }

    private static func publicMembers(of material: Material) -> [JSONMember] {
        switch material {
        case .p256(let key):
            let point = Array(key.publicKey.rawRepresentation)
            return [
                JSONMember("kty", .string("EC")), JSONMember("crv", .string("P-256")),
                member("x", point[..<32]), member("y", point[32...]),
            ]
        case .ed25519(let key):
            return [
                JSONMember("kty", .string("OKP")), JSONMember("crv", .string("Ed25519")),
                member("x", Array(key.publicKey.rawRepresentation)),
            ]
        case .rsa(let key):
            let numbers = RSAPrivateNumbers(der: Array(key.derRepresentation))
            return [
                JSONMember("kty", .string("RSA")),
                member("n", numbers?.modulus ?? []), member("e", numbers?.publicExponent ?? []),
            ]
        }
    }

    private static func rsaPrivateMembers(_ der: [UInt8]) -> [JSONMember] {
        guard let numbers = RSAPrivateNumbers(der: der) else { return [] }
        let names = ["d", "p", "q", "dp", "dq", "qi"]
        return zip(names, numbers.privateNumbers).map { member($0, $1) }
    }

    private static func member(_ name: String, _ bytes: some Sequence<UInt8>) -> JSONMember {
        JSONMember(name, .string(Base64.encode(bytes, .urlSafe)))
    }

    private static func bytes(_ name: String, _ jwk: JSONValue) throws(SigningError) -> [UInt8] {
        guard let text = jwk[name]?.text, let bytes = Base64.decode(text, .urlSafe) else {
            throw .privatePart
        }
        return bytes
    }

    private static func p256(_ jwk: JSONValue) throws(SigningError) -> Material {
        let scalar = try bytes("d", jwk)
        guard let key = try? P256.Signing.PrivateKey(rawRepresentation: scalar) else {
            throw .privatePart
        }
        return .p256(key)
    }

    private static func ed25519(_ jwk: JSONValue) throws(SigningError) -> Material {
        let seed = try bytes("d", jwk)
        guard seed.count == 32,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { throw .privatePart }
        return .ed25519(key)
    }

    private static func rsa(_ jwk: JSONValue) throws(SigningError) -> Material {
        guard
            let key = try? _RSA.Signing.PrivateKey(
                n: bytes("n", jwk),
                e: bytes("e", jwk),
                d: bytes("d", jwk),
                p: bytes("p", jwk),
                q: bytes("q", jwk)
            )
        else { throw .privatePart }
        return .rsa(key)
    }
}
