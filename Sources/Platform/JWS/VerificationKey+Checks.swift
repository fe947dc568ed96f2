// The checks that all kinds of JWK share, and the thumbprint.

import ClawgressBytes
import Crypto

extension VerificationKey {
    /// The RFC 7638 thumbprint: SHA-256 over the required members, sorted, without white space.
    static func thumbprint(of requiredMembers: [JSONMember]) -> String {
        let text = JSONValue.object(requiredMembers).jsonText
        return Base64.encode(SHA256.hash(data: Array(text.utf8)), .urlSafe)
    }

    /// Refuses keys that their owner published for something else (RFC 7517 4.2 and 4.3).
    static func checkPurpose(_ jwk: JSONValue) throws(JWSError) {
        guard jwk.members != nil else { throw .keyMalformed }
        if let use = jwk["use"], use.text != "sig" { throw .keyTypeUnsupported }
        guard let operations = jwk["key_ops"] else { return }
        guard let names = operations.elements else { throw .keyMalformed }
        guard names.contains(.string("verify")) || names.contains(.string("sign")) else {
            throw .keyTypeUnsupported
        }
    }

    /// A `kid` that can be a header's: text, not empty, not longer than a header's may be.
    static func name(_ value: JSONValue?) throws(JWSError) -> String? {
        guard let value else { return nil }
        guard let text = value.text, !text.isEmpty,
            text.utf8.count <= JWSHeader.memberBytesMax
        else { throw .keyMalformed }
        return text
    }

    /// A member that is strict unpadded base64url.
    static func bytes(_ value: JSONValue?) throws(JWSError) -> [UInt8] {
        guard let text = value?.text, let bytes = Base64.decode(text, .urlSafe) else {
            throw .keyMalformed
        }
        return bytes
    }

    /// Refuses an `alg` that is not the only one of the key's type.
    static func checkAlgorithm(
        _ jwk: JSONValue,
        is algorithm: SignatureAlgorithm
    ) throws(JWSError) {
        guard let name = jwk["alg"] else { return }
        guard name.text == algorithm.rawValue else { throw .algorithmMismatch }
    }

    /// The algorithm of an RSA key.
    static func rsaAlgorithm(_ name: JSONValue?) throws(JWSError) -> SignatureAlgorithm {
        switch name?.text {
        case nil where name == nil, "RS256": return .rs256
        case "PS256": return .ps256
        default: throw .algorithmMismatch
        }
    }
}
