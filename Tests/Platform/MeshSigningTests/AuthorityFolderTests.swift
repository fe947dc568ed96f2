// The authority on disk: sealed, never overwritten, and rotated without a moment in which
// something is missing.

import ClawgressBytes
import ClawgressMesh
import ClawgressMeshSigning
import ClawgressSealing
import Foundation
import Testing

@Suite("The authority's folder")
struct AuthorityFolderTests {
    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }
    private static let gateway = MeshIdentity(.gateway, "gw-1")!

    private let root: String
    private let passphrase: Passphrase

    init() throws {
        root = NSTemporaryDirectory() + "clawgress-authority-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        passphrase = try Passphrase(Array("correct horse".utf8))
    }

    private var path: String { "\(root)/pki" }

    private func create() throws -> AuthorityFolder {
        try AuthorityFolder.create(
            path,
            passphrase: passphrase,
            days: 365,
            now: Self.now,
            cost: SealedBytes.Cost(rounds: 16, blockSize: 8, parallelism: 1)
        )
    }

    /// The sealed keys in the folder.
    private func keys() throws -> [String] {
        try Folder.names(in: path).filter { $0.hasSuffix(".sealed") }
    }

    @Test("opens with its passphrase only, and nothing in it is a key in clear")
    func opens() throws {
        let made = try create()
        let opened = try AuthorityFolder(path, passphrase: passphrase)
        #expect(opened.authority.digest == made.authority.digest)
        let key = try #require(keys().first)
        #expect(try Folder.isPrivate(file: "\(path)/\(key)"))
        let other = try Passphrase(Array("correct horsf".utf8))
        #expect(throws: MeshSigningError.sealing(.passphraseWrong, path: "\(path)/\(key)")) {
            try AuthorityFolder(path, passphrase: other)
        }
        for name in try Folder.names(in: path) {
            let text = String(
                decoding: try WholeFile.read("\(path)/\(name)", bytesMax: 65_536),
                as: UTF8.self
            )
            #expect(!text.contains("PRIVATE"), "\(name)")
        }
    }

    @Test("is not made twice")
    func twice() throws {
        let first = try create().authority.digest
        #expect(throws: MeshSigningError.authorityExists(path: path)) { try create() }
        #expect(try AuthorityFolder(path, passphrase: passphrase).authority.digest == first)
    }

    @Test("equips a process whose folder opens with the process' passphrase")
    func equips() throws {
        let authority = try create()
        let own = try Passphrase(Array("another horse".utf8))
        let folder = "\(root)/gw-1"
        try authority.equip(folder, for: Self.gateway, days: 30, passphrase: own, now: Self.now)
        let mesh = try MeshFolder(path: folder, passphrase: own)
        #expect(mesh.identity == Self.gateway)
        #expect(mesh.authorities.digests == [authority.authority.digest])
        #expect(throws: MeshError.self) { try MeshFolder(path: folder, passphrase: passphrase) }
        #expect(try Folder.isPrivate(file: "\(folder)/\(MeshFiles.key)"))
        for name in try Folder.names(in: folder) {
            let file = try WholeFile.read("\(folder)/\(name)", bytesMax: 65_536)
            #expect(!String(decoding: file, as: UTF8.self).contains("PRIVATE"), "\(name)")
        }
    }

    @Test("remembers the last certificate of each identity")
    func remembers() throws {
        let authority = try create()
        #expect(try AuthorityFolder.issued(in: path) == [])
        let policy = try #require(MeshIdentity(.policy, "policy"))
        for (identity, days) in [(policy, 30), (Self.gateway, 30), (Self.gateway, 60)] {
            let request = try MeshKey().request(for: identity)
            _ = try authority.issue(request, to: identity, days: days, now: Self.now)
        }
        let issued = try AuthorityFolder.issued(in: path)
        #expect(issued.map(\.identity) == [Self.gateway, policy])
        #expect(issued[0].notAfter > issued[1].notAfter)
    }

    @Test("is rotated with both authorities believed, and then the new one alone")
    func rotates() throws {
        var folder = try create()
        let old = folder.authority.digest
        try folder.rotate(days: 365, now: Self.now)
        let new = folder.authority.digest
        #expect(new != old)
        #expect(folder.authorities.digests == [new, old])
        #expect(throws: MeshSigningError.rotationUnderWay) {
            try folder.rotate(days: 365, now: Self.now)
        }
        // As another process finds it.
        var reopened = try AuthorityFolder(path, passphrase: passphrase)
        #expect(reopened.authority.digest == new)
        #expect(reopened.authorities.digests == [new, old])
        try reopened.finishRotation()
        #expect(reopened.authorities.digests == [new])
        #expect(try keys().count == 1)
        #expect(throws: MeshSigningError.rotationMissing) { try reopened.finishRotation() }
        #expect(try AuthorityFolder(path, passphrase: passphrase).authority.digest == new)
    }

    @Test("survives a rotation that stopped before the new authority was believed")
    func interrupted() throws {
        let folder = try create()
        let before = try WholeFile.read("\(path)/ca.pem", bytesMax: 65_536)
        var rotating = folder
        try rotating.rotate(days: 365, now: Self.now)
        // The new key is on the disk, and `ca.pem` was not replaced yet.
        try WholeFile.replace("\(path)/ca.pem", with: before)
        let reopened = try AuthorityFolder(path, passphrase: passphrase)
        #expect(reopened.authority.digest == folder.authority.digest)
    }
}
