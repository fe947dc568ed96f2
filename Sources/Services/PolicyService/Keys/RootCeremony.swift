// What only the root key can do. The root key's file is given for these few moments and lies
// elsewhere at all others, so each of them is a command that ends and no service.

public import ClawgressBundle
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressJWS
import ClawgressJWSSigning
public import ClawgressSealing

/// Makes and changes key sets.
public struct RootCeremony: Sendable {
    /// How long a new signing key may sign: two years, in seconds.
    public static var keyLife: Int64 { 730 * 86_400 }
    /// How long a replaced key stays valid, unless told: 30 days, in seconds.
    public static var overlapDefault: Int64 { 30 * 86_400 }

    /// How long ago a new key became valid, for gateways whose clocks are behind, in seconds.
    private static var clockTolerance: Int64 { 300 }

    private let folder: KeyFolder
    private let credential: Passphrase
    private let root: SealedRoot

    /// A sealed root key and what opens it.
    public struct SealedRoot: Sendable {
        /// The file.
        public let path: String
        /// Another passphrase than the service's.
        public let passphrase: Passphrase

        /// Names a root key.
        public init(path: String, passphrase: Passphrase) {
            self.path = path
            self.passphrase = passphrase
        }
    }

    /// Prepares a ceremony.
    ///
    /// - Parameter credential: seals the signing keys that the service opens at start.
    public init(folder: KeyFolder, credential: Passphrase, root: SealedRoot) {
        self.folder = folder
        self.credential = credential
        self.root = root
    }

    /// Makes the root key, the first signing key and key set 1 of epoch 1.
    ///
    /// - Throws: `KeyFolderError`; `exists` if there are keys already.
    public func begin(now: Int64) throws(KeyFolderError) {
        for path in [folder.rootFile, root.path] where Folder.length(ofFile: path) != nil {
            throw .exists(path: path)
        }
        do throws(FileError) {
            try Folder.create(folder.path)
        } catch {
            throw .file(error)
        }
        let rootKey = try newKey()
        try folder.write(root.path, try seal(rootKey, root.passphrase, root.path))
        let signing = try newSigningKey()
        let entry = KeySet.Entry(
            key: signing.verificationKey,
            notBefore: now - Self.clockTolerance,
            notAfter: now + Self.keyLife
        )
        try publish(version: 1, epoch: 1, [entry], with: rootKey)
        // Last: a folder with a root key is complete.
        try folder.write(folder.rootFile, Array((rootKey.publicJWK.jsonText + "\n").utf8))
    }

    /// Makes a new signing key, which signs from now on; the keys before it stay valid for
    /// `overlap` seconds more, in which something has to be published.
    ///
    /// - Throws: `KeyFolderError`.
    @discardableResult
    public func rotate(now: Int64, overlap: Int64) throws(KeyFolderError) -> KeySet {
        let (held, rootKey) = try open()
        let signing = try newSigningKey()
        var entries = held.entries.filter { $0.notAfter > now }.map { entry in
            KeySet.Entry(
                key: entry.key,
                notBefore: entry.notBefore,
                notAfter: min(entry.notAfter, now + max(1, overlap))
            )
        }
        entries = Array(entries.suffix(KeySet.keysMax - 1))
        entries.append(
            KeySet.Entry(
                key: signing.verificationKey,
                notBefore: now - Self.clockTolerance,
                notAfter: now + Self.keyLife
            )
        )
        return try publish(
            version: held.version + 1,
            epoch: held.epoch,
            entries,
            with: rootKey
        )
    }

    /// Allows the next epoch, after a restore: what gateways have seen since the backup was
    /// made is lower than whatever is published from now on.
    ///
    /// The version jumps to the time, since the backup does not know how often keys were
    /// rotated after it.
    ///
    /// - Throws: `KeyFolderError`.
    @discardableResult
    public func raiseEpoch(now: Int64) throws(KeyFolderError) -> KeySet {
        let (held, rootKey) = try open()
        return try publish(
            version: max(held.version + 1, now),
            epoch: held.epoch + 1,
            held.entries,
            with: rootKey
        )
    }

    private func open() throws(KeyFolderError) -> (KeySet, SigningKey) {
        let rootKey = try KeyFolder.open(
            try folder.read(root.path),
            root.path,
            root.passphrase
        )
        let known = try folder.rootKey()
        guard rootKey.verificationKey.thumbprint == known.thumbprint else {
            throw .otherRoot(keyID: known.keyID)
        }
        let text = try folder.keySetText()
        do throws(KeySetRejection) {
            return (try KeySet.verify(Array(text.utf8), rootKey: known), rootKey)
        } catch {
            throw .keySet(error)
        }
    }

    private func newSigningKey() throws(KeyFolderError) -> SigningKey {
        let key = try newKey()
        let file = folder.signingFile(key.keyID)
        try folder.write(file, try seal(key, credential, file))
        return key
    }

    private func newKey() throws(KeyFolderError) -> SigningKey {
        do throws(SigningError) {
            return try SigningKey.generate(.edDSA)
        } catch {
            throw .generating(error)
        }
    }

    private func seal(
        _ key: SigningKey,
        _ passphrase: Passphrase,
        _ path: String
    ) throws(KeyFolderError) -> [UInt8] {
        do throws(SealingError) {
            return try SealedKey(sealing: key, with: passphrase).fileBytes
        } catch {
            throw .sealing(error, path: path)
        }
    }

    @discardableResult
    private func publish(
        version: Int64,
        epoch: Int64,
        _ entries: [KeySet.Entry],
        with rootKey: SigningKey
    ) throws(KeyFolderError) -> KeySet {
        let keySet: KeySet
        let signed: [UInt8]
        do throws(KeySetRejection) {
            keySet = try KeySet(version: version, epoch: epoch, entries: entries)
        } catch {
            throw .keySet(error)
        }
        do throws(KeySetSigningError) {
            signed = try KeySetSigner.sign(keySet, with: rootKey)
        } catch {
            throw .signing(error)
        }
        try folder.write(folder.keySetFile, signed + [UInt8(ascii: "\n")])
        return keySet
    }
}
