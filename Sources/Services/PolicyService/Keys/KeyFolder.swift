// The policy service's keys on disk. The root key is not among them: it is made here once, and
// carried away.

public import ClawgressBundle
public import ClawgressBundleSigning
public import ClawgressBytes
public import ClawgressJWS
public import ClawgressJWSSigning
public import ClawgressSealing

/// Why keys could not be read or made; each sentence says what to do.
public enum KeyFolderError: Error, Sendable, CustomStringConvertible {
    /// A file could not be read or written.
    case file(FileError)
    /// A sealed key could not be opened or made.
    case sealing(SealingError, path: String)
    /// A public key's file holds none.
    case keyMalformed(path: String)
    /// The key set is not one that the root key signed.
    case keySet(KeySetRejection)
    /// A key set could not be signed.
    case signing(KeySetSigningError)
    /// A key could not be made.
    case generating(SigningError)
    /// No key of the key set is valid now and present here.
    case nothingToSignWith
    /// The folder has keys already.
    case exists(path: String)
    /// The root key given is not the one that gateways were enrolled with.
    case otherRoot(keyID: String)

    /// One line.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .sealing(let error, let path): "`\(path)`: \(error)"
        case .keyMalformed(let path): "`\(path)` holds no public key"
        case .keySet(let rejection): rejection.description
        case .signing(let error): error.description
        case .generating(let error): "no key could be made (`\(error.code)`)"
        case .nothingToSignWith:
            "no key of the key set may sign now and lies here: make one with "
                + "`clawgress-policy rotate-key`"
        case .exists(let path): "`\(path)` exists already: keys are made once"
        case .otherRoot(let keyID):
            "the root key given is not `\(keyID)`, with which gateways were enrolled"
        }
    }
}

/// The folder `keys` of the state folder: `root.jwk`, `key-set.jws`, `signing-<key id>.sealed`.
public struct KeyFolder: Sendable {
    /// Where it is.
    public let path: String

    /// Names a folder.
    public init(path: String) {
        self.path = path
    }

    /// The public root key's file.
    public var rootFile: String { "\(path)/root.jwk" }
    /// The newest key set's file.
    public var keySetFile: String { "\(path)/key-set.jws" }

    /// The sealed file of a signing key; ids of ours are thumbprints and need no escaping.
    func signingFile(_ keyID: String) -> String { "\(path)/signing-\(keyID).sealed" }

    /// The public root key.
    public func rootKey() throws(KeyFolderError) -> VerificationKey {
        let text = String(decoding: try read(rootFile), as: UTF8.self)
        do throws(JWSError) {
            return try VerificationKey(jwkText: text)
        } catch {
            throw .keyMalformed(path: rootFile)
        }
    }

    /// The newest key set, as it was signed.
    public func keySetText() throws(KeyFolderError) -> String {
        var text = String(decoding: try read(keySetFile), as: UTF8.self)
        if text.last == "\n" { text.removeLast() }
        return text
    }

    /// Opens a signing key; nil if it is not here.
    func signingKey(
        _ keyID: String,
        with passphrase: Passphrase
    ) throws(KeyFolderError) -> SigningKey? {
        let file = signingFile(keyID)
        let content: [UInt8]?
        do throws(FileError) {
            content = try WholeFile.readIfPresent(file, bytesMax: SealedKey.fileBytesMax)
        } catch {
            throw .file(error)
        }
        guard let content else { return nil }
        return try Self.open(content, file, passphrase)
    }

    /// Opens a sealed key's file.
    static func open(
        _ content: [UInt8],
        _ path: String,
        _ passphrase: Passphrase
    ) throws(KeyFolderError) -> SigningKey {
        do throws(SealingError) {
            return try SealedKey(file: content).open(with: passphrase)
        } catch {
            throw .sealing(error, path: path)
        }
    }

    func read(_ file: String) throws(KeyFolderError) -> [UInt8] {
        do throws(FileError) {
            return try WholeFile.read(file, bytesMax: KeySet.bytesMax)
        } catch {
            throw .file(error)
        }
    }

    func write(_ file: String, _ content: [UInt8]) throws(KeyFolderError) {
        do throws(FileError) {
            try WholeFile.replace(file, with: content, mode: 0o600)
        } catch {
            throw .file(error)
        }
    }
}
