// The root key's signature over a set.

import ClawgressBundle
import ClawgressBundleSigning
import ClawgressJWS
import ClawgressJWSSigning
import Testing

@Suite("Signing key sets")
struct KeySetSignerTests {
    private func keySet(of keys: [SigningKey]) throws -> KeySet {
        try KeySet(
            version: 1,
            epoch: 1,
            entries: keys.map {
                KeySet.Entry(key: $0.verificationKey, notBefore: 0, notAfter: 10)
            }
        )
    }

    @Test("signs a set that a gateway takes")
    func roundTrip() throws {
        let root = try SigningKey.generate(.edDSA)
        let set = try keySet(of: [try .generate(.edDSA)])
        let bytes = try KeySetSigner.sign(set, with: root)
        #expect(try KeySet.verify(bytes, rootKey: root.verificationKey) == set)
    }

    @Test("signs no set with the root key in it, and none with a key of another kind")
    func refusals() throws {
        let root = try SigningKey.generate(.edDSA)
        let own = try keySet(of: [root])
        #expect(
            throws: KeySetSigningError.rejected(
                .contentMalformed("the root key signs key sets only")
            )
        ) {
            try KeySetSigner.sign(own, with: root)
        }
        let set = try keySet(of: [try .generate(.edDSA)])
        let other = try SigningKey.generate(.es256)
        #expect(throws: KeySetSigningError.rejected(.algorithmRefused("ES256"))) {
            try KeySetSigner.sign(set, with: other)
        }
    }
}
