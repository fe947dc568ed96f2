// The opened content of a mesh folder, whole or not at all.

import ClawgressSealing
import NIOSSL

/// Certificate, key and authorities that belong together.
struct MeshMaterial: Sendable {
    let certificate: MeshCertificate
    let authorities: MeshAuthorities
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
    private let sealedKey: [UInt8]
    /// Counts the replacements, so that what is made of it can be kept.
    let generation: Int

    /// Reads a folder.
    ///
    /// - Parameter previous: what was read before; its key is kept if the file is the same, since
    ///   opening one is slow on purpose.
    init(
        folder: String,
        passphrase: Passphrase,
        previous: MeshMaterial? = nil
    ) throws(MeshError) {
        generation = (previous?.generation ?? 0) + 1
        authorities = try MeshAuthorities(path: "\(folder)/\(MeshFiles.authorities)")
        let path = "\(folder)/\(MeshFiles.certificate)"
        let pem = try MeshAuthorities.read(path)
        guard let own = try? NIOSSLCertificate.fromPEMBytes(pem), own.count == 1 else {
            throw .certificateMalformed(path: path)
        }
        certificate = try MeshCertificate(own[0])
        // The authority goes along, for a client that knows only its digest.
        chain = own + authorities.trusted.prefix(1)
        let keyFile = "\(folder)/\(MeshFiles.key)"
        sealedKey = try MeshAuthorities.read(keyFile)
        if let previous, previous.sealedKey == sealedKey {
            key = previous.key
        } else {
            key = try Self.openKey(sealedKey, keyFile, passphrase)
        }
        guard (try? NIOSSLContext(configuration: clientTLS())) != nil else {
            throw .keyMismatch(path: keyFile)
        }
    }

    private static func openKey(
        _ content: [UInt8],
        _ path: String,
        _ passphrase: Passphrase
    ) throws(MeshError) -> NIOSSLPrivateKey {
        do throws(SealingError) {
            let der = try SealedBytes(file: content).open(with: passphrase)
            guard let key = try? NIOSSLPrivateKey(bytes: der, format: .der) else {
                throw .keyMalformed
            }
            return key
        } catch {
            throw .sealing(error, path: path)
        }
    }
}

extension MeshMaterial {
    /// As a client: shows its certificate, and asks for the server's name in the server's.
    func clientTLS() -> TLSConfiguration {
        var tls = authorities.clientTLS()
        tls.certificateChain = chain.prefix(1).map { .certificate($0) }
        tls.privateKey = .privateKey(key)
        return tls
    }

    /// As a server.
    func serverTLS(_ clients: ClientCertificates) -> TLSConfiguration {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        tls.minimumTLSVersion = .tlsv13
        tls.trustRoots = .certificates(authorities.trusted)
        tls.applicationProtocols = ["http/1.1"]
        switch clients {
        case .required: tls.certificateVerification = .noHostnameVerification
        case .optional: tls.certificateVerification = .optionalVerification
        case .ignored: tls.certificateVerification = .none
        }
        return tls
    }
}

extension MeshAuthorities {
    /// As a client without a certificate of its own.
    func clientTLS() -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        tls.certificateVerification = .fullVerification
        tls.trustRoots = .certificates(trusted)
        return tls
    }
}

/// Whether a server asks its clients who they are.
public enum ClientCertificates: Sendable {
    /// No request without a certificate of the mesh.
    case required
    /// A certificate is checked where there is one; requests without have no peer.
    case optional
    /// Not asked for: for people, who have other credentials.
    case ignored
}
