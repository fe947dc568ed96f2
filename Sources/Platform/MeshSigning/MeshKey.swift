// A process' key: made where it is used, sealed before it touches a disk, and known to the
// authority only through a request that it signed (PKCS #10, RFC 2986).

public import ClawgressMesh
public import ClawgressSealing
import Crypto
import SwiftASN1
import X509

/// A new P-256 key.
public struct MeshKey: Sendable {
    let key: P256.Signing.PrivateKey

    /// Makes a key.
    public init() {
        key = P256.Signing.PrivateKey()
    }

    /// The content of the process' `key.sealed`.
    ///
    /// - Throws: `SealingError`.
    public func sealed(
        for identity: MeshIdentity,
        with passphrase: Passphrase,
        cost: SealedBytes.Cost = .standard
    ) throws(SealingError) -> [UInt8] {
        try SealedBytes(
            sealing: Array(key.derRepresentation),
            name: identity.uri,
            with: passphrase,
            cost: cost
        ).fileBytes
    }

    /// A request for a certificate that names `identity`, in PEM.
    ///
    /// - Throws: `MeshSigningError.operationFailed`.
    public func request(for identity: MeshIdentity) throws(MeshSigningError) -> String {
        do {
            let names = SubjectAlternativeNames([.uniformResourceIdentifier(identity.uri)])
            let wish = ExtensionRequest(extensions: try Certificate.Extensions { names })
            let request = try CertificateSigningRequest(
                version: .v1,
                subject: DistinguishedName { CommonName(identity.name) },
                privateKey: Certificate.PrivateKey(key),
                attributes: CertificateSigningRequest.Attributes([
                    CertificateSigningRequest.Attribute(wish)
                ]),
                signatureAlgorithm: .ecdsaWithSHA256
            )
            return try request.serializeAsPEM().pemString
        } catch {
            throw .operationFailed
        }
    }
}
