// The one key that everybody in the mesh believes. It signs certificates of processes and
// nothing else: no authority below it can exist (path length 0).

import ClawgressBytes
import ClawgressMesh
import ClawgressSealing
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A private certificate authority, opened.
public struct CertificateAuthority: Sendable {
    let key: P256.Signing.PrivateKey
    let certificate: Certificate
    /// Its certificate in PEM.
    public let certificatePEM: String
    /// SHA-256 of its certificate, `sha256:` and 64 digits: what an enrolling gateway is told.
    public let digest: String

    /// Until when it is valid, in seconds since 1970 UTC.
    public var notAfter: Int64 { Int64(certificate.notValidAfter.timeIntervalSince1970) }

    /// The identifier of its key, in hexadecimal, as certificates that it signed carry it.
    public var keyIdentifier: String {
        let identifier = SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
        return Hexadecimal.encode(identifier.keyIdentifier)
    }

    /// The longest life of a certificate.
    public static var daysMax: Int { 3_650 }
    /// How long ago a certificate becomes valid, for clocks that are behind, in seconds.
    static var clockTolerance: Int64 { 300 }

    /// Makes an authority.
    ///
    /// - Parameters:
    ///   - days: its life.
    ///   - now: seconds since 1970 UTC.
    /// - Throws: `MeshSigningError.lifeRefused`, `MeshSigningError.operationFailed`.
    public static func create(
        days: Int,
        now: Int64
    ) throws(MeshSigningError) -> CertificateAuthority {
        let key = P256.Signing.PrivateKey()
        let life = try life(days: days, from: now)
        do {
            let identifier = SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
            // Two authorities of one rotation must not have one name.
            let number = Hexadecimal.encode(identifier.keyIdentifier.prefix(4))
            let name = try DistinguishedName { CommonName("Clawgress mesh \(number)") }
            let certificate = try Certificate(
                version: .v3,
                serialNumber: serialNumber(),
                publicKey: Certificate.PublicKey(key.publicKey),
                notValidBefore: life.lowerBound,
                notValidAfter: life.upperBound,
                issuer: name,
                subject: name,
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    identifier
                },
                issuerPrivateKey: Certificate.PrivateKey(key)
            )
            return try CertificateAuthority(key: key, certificate: certificate)
        } catch {
            throw .operationFailed
        }
    }

    /// Opens the authority whose certificate is `der`.
    ///
    /// - Throws: `SealingError`; `keyMalformed` also for the key of another certificate.
    init(der: [UInt8], sealedKey: [UInt8], passphrase: Passphrase) throws(SealingError) {
        let content = try SealedBytes(file: sealedKey).open(with: passphrase)
        guard let key = try? P256.Signing.PrivateKey(derRepresentation: content),
            let certificate = try? Certificate(derEncoded: der),
            certificate.publicKey == Certificate.PublicKey(key.publicKey),
            let authority = try? CertificateAuthority(key: key, certificate: certificate)
        else { throw .keyMalformed }
        self = authority
    }

    private init(key: P256.Signing.PrivateKey, certificate: Certificate) throws {
        self.key = key
        self.certificate = certificate
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        digest = MeshCertificate.digest(of: serializer.serializedBytes)
        certificatePEM = try certificate.serializeAsPEM().pemString + "\n"
    }

    func sealedKey(
        with passphrase: Passphrase,
        cost: SealedBytes.Cost
    ) throws(SealingError) -> [UInt8] {
        try SealedBytes(
            sealing: Array(key.derRepresentation),
            name: digest,
            with: passphrase,
            cost: cost
        ).fileBytes
    }

    /// 128 random bits behind a one, so that the number is positive and of one length.
    static func serialNumber() -> Certificate.SerialNumber {
        Certificate.SerialNumber(bytes: [1] + (0..<16).map { _ in UInt8.random(in: .min ... .max) })
    }

    static func life(days: Int, from now: Int64) throws(MeshSigningError) -> ClosedRange<Date> {
        guard (1...daysMax).contains(days) else { throw .lifeRefused(days: days) }
        let start = Date(timeIntervalSince1970: Double(now - clockTolerance))
        return start...Date(timeIntervalSince1970: Double(now + Int64(days) * 86_400))
    }
}
