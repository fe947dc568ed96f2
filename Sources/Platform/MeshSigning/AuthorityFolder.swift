// The authority on disk: `ca.pem`, for each authority in it `ca-….sealed`, and a copy of what was
// issued last to whom. `ca.pem` decides which authority signs; every change of it is one rename,
// so that no crash leaves a certificate without its key.

import ClawgressBytes
public import ClawgressMesh
public import ClawgressSealing

/// A folder with a certificate authority.
public struct AuthorityFolder: Sendable {
    /// Where it is.
    public let path: String
    /// What is to be believed: the current authority first, the one before it behind.
    public private(set) var authorities: MeshAuthorities
    /// The authority that signs.
    public private(set) var authority: CertificateAuthority
    private let passphrase: Passphrase
    /// How expensive a guess at the passphrases of new keys is.
    let cost: SealedBytes.Cost

    /// Makes a folder with a new authority.
    ///
    /// - Parameters:
    ///   - path: the folder to make or fill.
    ///   - passphrase: seals the authority's key.
    ///   - days: the authority's life.
    ///   - now: seconds since 1970 UTC.
    ///   - cost: how expensive a guess at a passphrase is.
    /// - Throws: `MeshSigningError`; `authorityExists` if there is one.
    public static func create(
        _ path: String,
        passphrase: Passphrase,
        days: Int,
        now: Int64,
        cost: SealedBytes.Cost = .standard
    ) throws(MeshSigningError) -> AuthorityFolder {
        let file = "\(path)/\(MeshFiles.authorities)"
        guard Folder.length(ofFile: file) == nil else { throw .authorityExists(path: path) }
        let authority = try CertificateAuthority.create(days: days, now: now)
        try Self.asFile { () throws(FileError) in try Folder.create(path) }
        try Self.writeKey(of: authority, path, passphrase, cost)
        try Self.asFile { () throws(FileError) in
            try WholeFile.replace(file, with: Array(authority.certificatePEM.utf8))
        }
        return AuthorityFolder(path, passphrase, cost, try Self.authorities(in: path), authority)
    }

    /// Opens a folder.
    ///
    /// - Throws: `MeshSigningError`.
    public init(_ path: String, passphrase: Passphrase) throws(MeshSigningError) {
        let authorities = try Self.authorities(in: path)
        let authority = try Self.open(authorities.certificates[0], path, passphrase)
        self.init(path, passphrase, .standard, authorities, authority)
    }

    private init(
        _ path: String,
        _ passphrase: Passphrase,
        _ cost: SealedBytes.Cost,
        _ authorities: MeshAuthorities,
        _ authority: CertificateAuthority
    ) {
        self.path = path
        self.passphrase = passphrase
        self.cost = cost
        self.authorities = authorities
        self.authority = authority
    }

    private static func authorities(
        in path: String
    ) throws(MeshSigningError) -> MeshAuthorities {
        do throws(MeshError) {
            return try MeshAuthorities(path: "\(path)/\(MeshFiles.authorities)")
        } catch {
            throw .mesh(error)
        }
    }

    /// Makes another authority, which signs from now on and is believed beside the old one.
    ///
    /// - Throws: `MeshSigningError`; `rotationUnderWay` with two authorities.
    public mutating func rotate(days: Int, now: Int64) throws(MeshSigningError) {
        guard authorities.certificates.count < MeshAuthorities.countMax else {
            throw .rotationUnderWay
        }
        let new = try CertificateAuthority.create(days: days, now: now)
        try Self.writeKey(of: new, path, passphrase, cost)
        try replaceAuthorities(new.certificatePEM + authority.certificatePEM)
        authority = new
    }

    /// Ends a rotation: the old authority is believed no more, and its key is deleted.
    ///
    /// - Throws: `MeshSigningError`; `rotationMissing` with one authority.
    public mutating func finishRotation() throws(MeshSigningError) {
        guard authorities.digests.count > 1 else { throw .rotationMissing }
        let old = authorities.digests[1]
        try replaceAuthorities(authority.certificatePEM)
        try Self.asFile { [path] () throws(FileError) in
            try Folder.remove(file: Self.keyFile(of: old, path))
        }
    }

    private mutating func replaceAuthorities(_ pem: String) throws(MeshSigningError) {
        let file = "\(path)/\(MeshFiles.authorities)"
        try Self.asFile { () throws(FileError) in
            try WholeFile.replace(file, with: Array(pem.utf8))
        }
        authorities = try Self.authorities(in: path)
    }

    /// The content of `ca.pem`, for those who are to believe it.
    public var authoritiesPEM: String { authorities.pem }

    private static func open(
        _ der: [UInt8],
        _ path: String,
        _ passphrase: Passphrase
    ) throws(MeshSigningError) -> CertificateAuthority {
        let file = keyFile(of: MeshCertificate.digest(of: der), path)
        let content = try asFile { () throws(FileError) in
            try WholeFile.read(file, bytesMax: SealedBytes.fileBytesMax)
        }
        do throws(SealingError) {
            return try CertificateAuthority(der: der, sealedKey: content, passphrase: passphrase)
        } catch {
            throw .sealing(error, path: file)
        }
    }

    private static func writeKey(
        of authority: CertificateAuthority,
        _ path: String,
        _ passphrase: Passphrase,
        _ cost: SealedBytes.Cost
    ) throws(MeshSigningError) {
        let file = keyFile(of: authority.digest, path)
        let content: [UInt8]
        do throws(SealingError) {
            content = try authority.sealedKey(with: passphrase, cost: cost)
        } catch {
            throw .sealing(error, path: file)
        }
        try asFile { () throws(FileError) in
            try WholeFile.replace(file, with: content, mode: 0o600)
        }
    }

    /// Named after the certificate, so that a new key never replaces one that is still needed.
    private static func keyFile(of digest: String, _ path: String) -> String {
        "\(path)/ca-\(digest.dropFirst("sha256:".count).prefix(16)).sealed"
    }

    static func asFile<Value>(
        _ work: () throws(FileError) -> Value
    ) throws(MeshSigningError) -> Value {
        do throws(FileError) {
            return try work()
        } catch {
            throw .file(error)
        }
    }
}
