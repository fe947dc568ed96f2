// The opened keys of a running service: what it signs with, and what it tells gateways
// about it.

public import ClawgressBundle
public import ClawgressJWS
public import ClawgressJWSSigning
public import ClawgressSealing

/// The key set in force and the keys that may sign bundles.
public struct KeyRing: Sendable {
    /// The public root key, with which gateways are enrolled.
    public let rootKey: VerificationKey
    /// The key set, as the root key signed it.
    public let keySetText: String
    /// The same, read and verified.
    public let keySet: KeySet
    /// The keys that lie here and are not over, the newest first.
    private let signers: [Signer]

    private struct Signer: Sendable {
        let key: SigningKey
        let entry: KeySet.Entry
    }

    /// Opens what is in `folder`.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    /// - Throws: `KeyFolderError`; `nothingToSignWith` if no key may sign now.
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
        signers = try Self.open(keySet, in: folder, passphrase, now)
        guard signer(at: now) != nil else { throw .nothingToSignWith }
    }

    private static func open(
        _ keySet: KeySet,
        in folder: KeyFolder,
        _ passphrase: Passphrase,
        _ now: Int64
    ) throws(KeyFolderError) -> [Signer] {
        var signers: [Signer] = []
        for entry in keySet.entries.reversed() where now < entry.notAfter {
            do throws(KeyFolderError) {
                guard let key = try folder.signingKey(entry.key.keyID, with: passphrase),
                    key.verificationKey.thumbprint == entry.key.thumbprint
                else { continue }
                signers.append(Signer(key: key, entry: entry))
            } catch {
                // Older than one that signs, it is not needed; the time left does not count it.
                guard signers.contains(where: { $0.entry.isValid(at: now) }) else { throw error }
            }
        }
        return signers
    }

    /// The key that signs a bundle: of several that are valid, the last of the set, which is the newest.
    ///
    /// Asked for each bundle, because a service may run for longer than a key.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    public func signer(at now: Int64) -> SigningKey? {
        signers.first { $0.entry.isValid(at: now) }?.key
    }

    /// Until when some key may sign without a gap from `now` on, in seconds since 1970 UTC; `now` if
    /// none may.
    public func signsUntil(from now: Int64) -> Int64 {
        var end = now
        while let next = signers.map(\.entry).filter({ $0.isValid(at: end) }).map(\.notAfter).max()
        {
            end = next
        }
        return end
    }
}
