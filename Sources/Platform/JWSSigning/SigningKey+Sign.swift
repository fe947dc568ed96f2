// Making signatures and compact texts.

import ClawgressBytes
public import ClawgressJWS
import Crypto
import CryptoExtras

extension SigningKey {
    /// Signs `payload` and returns the compact text (RFC 7515 section 7.1).
    ///
    /// - Parameters:
    ///   - header: members besides `alg` and `kid`, which are the key's, such as `typ`.
    ///   - payload: the bytes to carry, unchanged.
    /// - Throws: `SigningError.reservedHeaderMember` or `SigningError.operationFailed`.
    public func sign(
        header: [JSONMember] = [],
        payload: [UInt8]
    ) throws(SigningError) -> String {
        guard !header.contains(where: { $0.name == "alg" || $0.name == "kid" }) else {
            throw .reservedHeaderMember
        }
        let own = [
            JSONMember("alg", .string(algorithm.rawValue)), JSONMember("kid", .string(keyID)),
        ]
        let headerText = JSONValue.object(own + header).jsonText
        let input =
            Base64.encode(headerText.utf8, .urlSafe) + "."
            + Base64.encode(payload, .urlSafe)
        let signature = try signature(over: Array(input.utf8))
        return input + "." + Base64.encode(signature, .urlSafe)
    }

    /// The bare signature over `input`, in the form of RFC 7518 section 3 or RFC 8037.
    ///
    /// - Throws: `SigningError.operationFailed`.
    public func signature(over input: [UInt8]) throws(SigningError) -> [UInt8] {
        switch material {
        case .p256(let key):
            guard let signature = try? key.signature(for: input) else { throw .operationFailed }
            return Array(signature.rawRepresentation)
        case .ed25519(let key):
            guard let signature = try? key.signature(for: input) else { throw .operationFailed }
            return Array(signature)
        case .rsa(let key):
            let padding: _RSA.Signing.Padding =
                algorithm == .ps256 ? .PSS : .insecurePKCS1v1_5
            guard
                let signature = try? key.signature(
                    for: SHA256.hash(data: input),
                    padding: padding
                )
            else { throw .operationFailed }
            return Array(signature.rawRepresentation)
        }
    }
}
