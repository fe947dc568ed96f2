// The opened keys of a running service: what it signs with, and what it tells gateways about it.

public import ClawgressBundle
public import ClawgressJWS
public import ClawgressJWSSigning
public import ClawgressSealing

/// The key set in force and the key that signs the next bundle.
public struct KeyRing: Sendable {
    /// The public root key, with which gateways are enrolled.
    public let rootKey: VerificationKey
    /// The key set, as the root key signed it.
    public let keySetText: String
    /// The same, read and verified.
    public let keySet: KeySet
    /// Signs the next bundle.
    public let signer: SigningKey
    /// When `signer` may no longer sign, in seconds since 1970 UTC.
    public let signerEnds: Int64

    /// Opens what is in `folder`.
    ///
    /// Of several keys that are valid and here, the last of the set signs: the newest.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    /// - Throws: `KeyFolderError`.
    public init(
        _ folder: KeyFolder,
        passphrase: Passphrase,
        now: Int64
    ) throws(KeyFolderError) {
        rootKey = try folder.rootKey()
        keySetText = try folder.keySetText()
        do throws(KeySetRejection) {
            keySet = try KeySet.verify(Array(keySetText.utf8), rootKey: rootKey)
        } catch {
            throw .keySet(error)
        }
        let usable = keySet.entries.filter { $0.isValid(at: now) }
        for entry in usable.reversed() {
            guard let key = try folder.signingKey(entry.key.keyID, with: passphrase),
                key.verificationKey.thumbprint == entry.key.thumbprint
            else { continue }
            signer = key
            signerEnds = entry.notAfter
            return
        }
        throw .nothingToSignWith
    }
}
