// What signs notes: the log itself, and a witness of it. Apart from the check, so that whoever only
// verifies a log cannot speak for it.

public import ClawgressTransparencyLog
import Crypto

/// A private key of notes.
public struct NoteSigner: Sendable {
    /// Its public half.
    public let key: NoteKey
    private let privateKey: Curve25519.Signing.PrivateKey

    /// Makes a key.
    ///
    /// - Throws: `NoteError.keyMalformed` if the name is none.
    public static func generate(_ kind: NoteKey.Kind, name: String) throws(NoteError) -> NoteSigner
    {
        try NoteSigner(
            kind,
            name: name,
            seed: Array(Curve25519.Signing.PrivateKey().rawRepresentation)
        )
    }

    /// A key from its 32 secret bytes (RFC 8032).
    ///
    /// - Throws: `NoteError.keyMalformed`.
    public init(_ kind: NoteKey.Kind, name: String, seed: [UInt8]) throws(NoteError) {
        guard let privateKey = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw .keyMalformed
        }
        self.privateKey = privateKey
        key = try NoteKey(
            kind,
            name: name,
            publicKey: Array(privateKey.publicKey.rawRepresentation)
        )
    }

    /// The secret bytes, to be sealed.
    public var seed: [UInt8] { Array(privateKey.rawRepresentation) }

    /// Signs a note's text and adds the signature.
    ///
    /// - Parameter time: seconds since 1970; said by a witness, and by nobody else.
    /// - Throws: `NoteError.malformed` if the time is negative, `.signatureInvalid` if the
    ///   cryptographic library fails.
    public func sign(_ note: inout SignedNote, time: Int64) throws(NoteError) {
        guard time >= 0 else { throw .malformed }
        let message = NoteKey.message(key.kind, note.text, time: time)
        guard let signature = try? privateKey.signature(for: message) else {
            throw .signatureInvalid(keyName: key.name)
        }
        var bytes: [UInt8] = []
        if key.kind == .cosignature {
            for shift in stride(from: Int64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: time >> shift))
            }
        }
        let line = NoteSignature(keyName: key.name, keyID: key.id, bytes: bytes + signature)
        guard let line else { throw .keyMalformed }
        note.add(line)
    }
}
