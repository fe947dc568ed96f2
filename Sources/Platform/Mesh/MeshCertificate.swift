// What of a certificate matters to us. Whether it is trusted is TLS's business and was settled
// in the handshake; here it is only read.

import ClawgressBytes
import Crypto
import FoundationEssentials
import NIOSSL
import SwiftASN1
import X509

/// A certificate of the mesh.
public struct MeshCertificate: Sendable, Hashable {
    /// Whose it is.
    public let identity: MeshIdentity
    /// SHA-256 of the certificate: `sha256:` and 64 digits.
    public let digest: String
    /// The key identifier of the authority that signed it, in hexadecimal; empty without one.
    public let issuerKey: String
    /// From when it is valid, in seconds since 1970 UTC.
    public let notBefore: Int64
    /// Until when it is valid, in seconds since 1970 UTC.
    public let notAfter: Int64

    /// Reads a certificate in DER.
    ///
    /// - Throws: `MeshError.certificateMalformed`, `MeshError.identityMissing`.
    public init(der: [UInt8]) throws(MeshError) {
        guard let certificate = try? Certificate(derEncoded: der) else {
            throw .certificateMalformed(path: "certificate")
        }
        identity = try Self.identity(of: certificate)
        digest = Self.digest(of: der)
        let issuer = try? certificate.extensions.authorityKeyIdentifier
        issuerKey = Hexadecimal.encode(issuer?.keyIdentifier ?? [])
        notBefore = Int64(certificate.notValidBefore.timeIntervalSince1970)
        notAfter = Int64(certificate.notValidAfter.timeIntervalSince1970)
    }

    init(_ certificate: NIOSSLCertificate) throws(MeshError) {
        guard let der = try? certificate.toDERBytes() else {
            throw .certificateMalformed(path: "certificate")
        }
        try self.init(der: der)
    }

    /// Reads the one certificate in the PEM file at `path`.
    ///
    /// - Throws: `MeshError`.
    public init(path: String) throws(MeshError) {
        let pem = try MeshAuthorities.read(path)
        guard let read = try? NIOSSLCertificate.fromPEMBytes(pem), read.count == 1 else {
            throw .certificateMalformed(path: path)
        }
        try self.init(read[0])
    }

    /// The digest by which a certificate is named, in logs and on the command line.
    public static func digest(of der: [UInt8]) -> String {
        "sha256:" + Hexadecimal.encode(SHA256.hash(data: der))
    }

    /// The one identity; a certificate with two would be whichever a reader looks at first.
    private static func identity(of certificate: Certificate) throws(MeshError) -> MeshIdentity {
        guard let names = try? certificate.extensions.subjectAlternativeNames else {
            throw .identityMissing
        }
        let uris = names.compactMap { name -> String? in
            guard case .uniformResourceIdentifier(let uri) = name else { return nil }
            return uri
        }
        guard uris.count == 1, let identity = MeshIdentity(uri: uris[0]) else {
            throw .identityMissing
        }
        return identity
    }
}
