// Whose certificates are believed: one authority, or two while one replaces the other.

import ClawgressBytes
import NIOSSL
import SwiftASN1

/// The content of a `ca.pem`.
public struct MeshAuthorities: Sendable {
    /// The certificates in DER, the current authority first.
    public let certificates: [[UInt8]]
    let trusted: [NIOSSLCertificate]

    /// How many authorities may be believed at a time.
    public static var countMax: Int { 2 }
    /// The greatest length of a file of certificates, in bytes.
    public static var fileBytesMax: Int { 65_536 }

    /// Reads the authorities' certificates.
    ///
    /// - Parameters:
    ///   - pem: one or two certificates in PEM (RFC 7468).
    ///   - path: where they come from, for the error.
    /// - Throws: `MeshError.certificateMalformed`.
    public init(pem: [UInt8], path: String) throws(MeshError) {
        guard let read = try? NIOSSLCertificate.fromPEMBytes(pem),
            (1...Self.countMax).contains(read.count)
        else { throw .certificateMalformed(path: path) }
        trusted = read
        certificates = read.compactMap { try? $0.toDERBytes() }
        guard certificates.count == read.count else { throw .certificateMalformed(path: path) }
    }

    init(_ certificate: NIOSSLCertificate, der: [UInt8]) {
        trusted = [certificate]
        certificates = [der]
    }

    /// Reads the file at `path`.
    ///
    /// - Throws: `MeshError.file`, `MeshError.certificateMalformed`.
    public init(path: String) throws(MeshError) {
        try self.init(pem: Self.read(path), path: path)
    }

    /// Reads a file of certificates.
    static func read(_ path: String) throws(MeshError) -> [UInt8] {
        do throws(FileError) {
            return try WholeFile.read(path, bytesMax: fileBytesMax)
        } catch {
            throw .file(error)
        }
    }

    /// The certificates in PEM, the content of a `ca.pem`.
    public var pem: String {
        certificates
            .map { PEMDocument(type: "CERTIFICATE", derBytes: $0).pemString + "\n" }
            .joined()
    }

    /// Until when the authorities are valid, in seconds since 1970 UTC and in the same order.
    public var ends: [Int64] { trusted.map { Int64($0.notValidAfter) } }

    /// The authorities' digests, in the same order.
    public var digests: [String] { certificates.map(MeshCertificate.digest) }
}
