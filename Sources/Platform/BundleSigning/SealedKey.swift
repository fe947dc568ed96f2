// Signing keys at rest: a key's private JWK in the sealed envelope that all our secrets share.

import ClawgressJWS
public import ClawgressJWSSigning
public import ClawgressSealing

/// A private key that is sealed with a passphrase.
public struct SealedKey: Sendable {
    private let sealed: SealedBytes

    /// The name of the key inside, as it was when it was sealed.
    public var keyID: String { sealed.name }

    /// Seals `key`.
    ///
    /// - Throws: `SealingError.operationFailed`, `SealingError.parametersRefused`.
    public init(
        sealing key: SigningKey,
        with passphrase: Passphrase,
        cost: SealedBytes.Cost = .standard
    ) throws(SealingError) {
        sealed = try SealedBytes(
            sealing: Array(key.privateJWK.jsonText.utf8),
            name: key.keyID,
            with: passphrase,
            cost: cost
        )
    }

    /// Opens the key.
    ///
    /// - Throws: `SealingError`; `passphraseWrong` also for a changed file.
    public func open(with passphrase: Passphrase) throws(SealingError) -> SigningKey {
        let text = String(decoding: try sealed.open(with: passphrase), as: UTF8.self)
        guard let jwk = try? StrictJSON.read(text), let key = try? SigningKey(jwk: jwk) else {
            throw .keyMalformed
        }
        return key
    }
}

extension SealedKey {
    /// The greatest length of a sealed key's file, in bytes.
    public static var fileBytesMax: Int { SealedBytes.fileBytesMax }

    /// Reads the content of a sealed key's file.
    ///
    /// - Throws: `SealingError.notSealed`, `SealingError.formatUnknown`.
    public init(file bytes: [UInt8]) throws(SealingError) {
        sealed = try SealedBytes(file: bytes)
    }

    /// The content for the file: one JSON object.
    public var fileBytes: [UInt8] { sealed.fileBytes }
}
