// A certificate from a request. The request proves that whoever asks has the key; all that the
// certificate says comes from the caller.

public import ClawgressMesh
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

extension CertificateAuthority {
    /// Signs a certificate for `identity`, for TLS on either side of a connection.
    ///
    /// - Parameters:
    ///   - request: PKCS #10 in PEM, as ``MeshKey/request(for:)`` makes it.
    ///   - names: further names under which people reach the process.
    ///   - days: the certificate's life.
    ///   - now: seconds since 1970 UTC.
    /// - Returns: the certificate in PEM.
    /// - Throws: `MeshSigningError`.
    public func issue(
        _ request: String,
        to identity: MeshIdentity,
        names: CertificateNames = CertificateNames(),
        days: Int,
        now: Int64
    ) throws(MeshSigningError) -> String {
        let publicKey = try Self.publicKey(of: request, for: identity)
        let life = try Self.life(days: days, from: now)
        guard life.upperBound <= certificate.notValidAfter else { throw .outlivesAuthority }
        do {
            let identifier = SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
            let issued = try Certificate(
                version: .v3,
                serialNumber: Self.serialNumber(),
                publicKey: publicKey,
                notValidBefore: life.lowerBound,
                notValidAfter: life.upperBound,
                issuer: certificate.subject,
                subject: DistinguishedName {
                    OrganizationalUnitName(identity.service.rawValue)
                    CommonName(identity.name)
                },
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.clientAuth, .serverAuth])
                    SubjectKeyIdentifier(hash: publicKey)
                    AuthorityKeyIdentifier(keyIdentifier: identifier.keyIdentifier)
                    SubjectAlternativeNames(names.all(with: identity))
                },
                issuerPrivateKey: Certificate.PrivateKey(key)
            )
            return try issued.serializeAsPEM().pemString + "\n"
        } catch {
            throw .operationFailed
        }
    }

    /// The key that signed the request.
    private static func publicKey(
        of pem: String,
        for identity: MeshIdentity
    ) throws(MeshSigningError) -> Certificate.PublicKey {
        guard pem.utf8.count <= MeshAuthorities.fileBytesMax,
            let request = try? CertificateSigningRequest(pemEncoded: pem),
            request.publicKey.isValidSignature(request.signature, for: request)
        else { throw .requestMalformed }
        guard P256.Signing.PublicKey(request.publicKey) != nil else { throw .keyKind }
        let names = try? request.attributes.extensionRequest?.extensions.subjectAlternativeNames
        guard let names, Array(names) == [.uniformResourceIdentifier(identity.uri)] else {
            throw .identityMismatch(identity)
        }
        return request.publicKey
    }
}
