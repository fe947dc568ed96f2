// Certificates out of the folder, and what is remembered of them.

import ClawgressBytes
public import ClawgressMesh
public import ClawgressSealing

extension AuthorityFolder {
    /// Signs as ``CertificateAuthority/issue(_:to:names:days:now:)`` does, and keeps a copy.
    ///
    /// - Throws: `MeshSigningError`.
    public func issue(
        _ request: String,
        to identity: MeshIdentity,
        names: CertificateNames = CertificateNames(),
        days: Int,
        now: Int64
    ) throws(MeshSigningError) -> String {
        let pem = try authority.issue(request, to: identity, names: names, days: days, now: now)
        let folder = "\(Self.issuedFolder(path))/\(identity.service.rawValue)"
        try Self.asFile { () throws(FileError) in
            try Folder.create(Self.issuedFolder(path))
            try Folder.create(folder)
            try WholeFile.replace("\(folder)/\(identity.name).pem", with: Array(pem.utf8))
        }
        return pem
    }

    /// Makes key and certificate of a process and writes its mesh folder.
    ///
    /// The certificate comes last: a running process takes the new files when they fit together.
    ///
    /// - Parameter passphrase: the process' own, not the authority's.
    /// - Throws: `MeshSigningError`.
    public func equip(
        _ folder: String,
        for identity: MeshIdentity,
        names: CertificateNames = CertificateNames(),
        days: Int,
        passphrase: Passphrase,
        now: Int64
    ) throws(MeshSigningError) {
        let key = MeshKey()
        let request = try key.request(for: identity)
        let pem = try issue(request, to: identity, names: names, days: days, now: now)
        try MeshFolderFiles.write(
            folder,
            key: key,
            certificate: pem,
            authorities: authoritiesPEM,
            identity: identity,
            passphrase: passphrase,
            cost: cost
        )
    }

    /// The certificates that were issued last to each identity, in the order of the identities.
    ///
    /// - Throws: `MeshSigningError`.
    public static func issued(in path: String) throws(MeshSigningError) -> [MeshCertificate] {
        var certificates: [MeshCertificate] = []
        for service in MeshService.allCases {
            let folder = "\(issuedFolder(path))/\(service.rawValue)"
            let names: [String]
            do throws(FileError) {
                names = try Folder.names(in: folder).filter { $0.hasSuffix(".pem") }
            } catch {
                guard error.isMissingFile else { throw .file(error) }
                continue
            }
            for name in names.sorted() {
                do throws(MeshError) {
                    certificates.append(try MeshCertificate(path: "\(folder)/\(name)"))
                } catch {
                    throw .mesh(error)
                }
            }
        }
        return certificates
    }

    private static func issuedFolder(_ path: String) -> String { "\(path)/issued" }
}

/// Writes what ``MeshFolder`` reads.
public enum MeshFolderFiles {
    /// Writes a process' mesh folder, or replaces what is in it.
    ///
    /// - Throws: `MeshSigningError`.
    public static func write(
        _ folder: String,
        key: MeshKey,
        certificate: String,
        authorities: String,
        identity: MeshIdentity,
        passphrase: Passphrase,
        cost: SealedBytes.Cost = .standard
    ) throws(MeshSigningError) {
        let keyFile = "\(folder)/\(MeshFiles.key)"
        let sealed: [UInt8]
        do throws(SealingError) {
            sealed = try key.sealed(for: identity, with: passphrase, cost: cost)
        } catch {
            throw .sealing(error, path: keyFile)
        }
        try AuthorityFolder.asFile { () throws(FileError) in
            try Folder.create(folder)
            let authoritiesFile = "\(folder)/\(MeshFiles.authorities)"
            try WholeFile.replace(authoritiesFile, with: Array(authorities.utf8))
            try WholeFile.replace(keyFile, with: sealed, mode: 0o600)
            let certificateFile = "\(folder)/\(MeshFiles.certificate)"
            try WholeFile.replace(certificateFile, with: Array(certificate.utf8))
        }
    }

    /// Replaces only what the process believes, during a rotation.
    ///
    /// - Throws: `MeshSigningError`.
    public static func replaceAuthorities(
        in folder: String,
        with authorities: String
    ) throws(MeshSigningError) {
        try AuthorityFolder.asFile { () throws(FileError) in
            let file = "\(folder)/\(MeshFiles.authorities)"
            try WholeFile.replace(file, with: Array(authorities.utf8))
        }
    }
}
