// How we speak TLS with servers that are not ours: 1.2 at least, the server's name checked always, and
// a certificate of our own where the operator has one for us.

import ClawgressBytes
public import NIOSSL

/// TLS with somebody else's server.
public enum ClientTLS {
    private static var fileBytesMax: Int { 1 << 20 }

    /// A client's configuration.
    ///
    /// - Parameters:
    ///   - authorities: a file of certificates; nil for those of the system.
    ///   - certificate: a file of our certificate and its chain.
    ///   - key: a file of its key, which nobody else may read.
    /// - Throws: `FileError`, or what the library says of a file's content.
    public static func configuration(
        authorities: String?,
        certificate: String?,
        key: String?
    ) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = .fullVerification
        if let authorities {
            let pem = try WholeFile.read(authorities, bytesMax: fileBytesMax)
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(pem))
        }
        if let certificate, let key {
            let chain = try WholeFile.read(certificate, bytesMax: fileBytesMax)
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(chain).map {
                .certificate($0)
            }
            let secret = try WholeFile.readPrivate(key, bytesMax: fileBytesMax)
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: secret, format: .pem))
        }
        return tls
    }
}
