// A key that is accepted from a JWK is the same key when its own JWK is read.

import ClawgressBytes
import ClawgressJWS
import FuzzShared

enum KeyCheck {
    static func check(_ bytes: [UInt8]) {
        guard bytes.first == UInt8(ascii: "{"),
            let text = String(validating: bytes, as: UTF8.self),
            let key = try? VerificationKey(jwkText: text)
        else { return }
        guard let again = try? VerificationKey(jwk: key.publicJWK) else {
            return require(false, "a key's own jwk is refused")
        }
        require(again.thumbprint == key.thumbprint, "another key from its own jwk")
        require(again.algorithm == key.algorithm, "another algorithm from its own jwk")
        require(again.keyID.utf8.elementsEqual(key.keyID.utf8), "another name from its own jwk")
    }
}
