// Public keys of notes: the log's own, and those of witnesses, whose signatures tell the time too.
//
// C2SP signed-note ("Ed25519 signatures", "Verifier keys") and tlog-cosignature.

import ClawgressBytes
import Crypto

/// A public key that may sign notes.
public struct NoteKey: Sendable, Hashable {
    /// What a key's signature covers.
    public enum Kind: UInt8, Sendable {
        /// The text.
        case ed25519 = 1
        /// The text of a checkpoint, and when a witness saw it.
        case cosignature = 4
    }

    /// What its signatures cover.
    public let kind: Kind
    /// The key's name.
    public let name: String
    /// The 32 bytes of the key (RFC 8032).
    public let publicKey: [UInt8]
    /// The number that tells the keys of one name apart.
    public let id: UInt32

    /// A key from its parts.
    ///
    /// - Throws: `NoteError.keyMalformed` if the name is empty, has spaces or `+`, or the bytes are
    ///   no key.
    public init(_ kind: Kind, name: String, publicKey: [UInt8]) throws(NoteError) {
        guard Self.isName(name), publicKey.count == 32,
            (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil
        else { throw .keyMalformed }
        self.kind = kind
        self.name = name
        self.publicKey = publicKey
        let content = Array(name.utf8) + [10, kind.rawValue] + publicKey
        id = SHA256.hash(data: content).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads `name+id+key`, the form in which keys are handed around.
    ///
    /// - Throws: `NoteError.keyMalformed`, also if the id is not the key's.
    public init(_ text: some StringProtocol) throws(NoteError) {
        let words = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, let material = Base64.decode(words[2], .standard),
            let first = material.first,
            let kind = Kind(rawValue: first)
        else { throw .keyMalformed }
        try self.init(kind, name: String(words[0]), publicKey: Array(material.dropFirst()))
        // Also the id, and no other spelling of it.
        guard self.text.utf8.elementsEqual(text.utf8) else { throw .keyMalformed }
    }

    /// `name+id+key`.
    public var text: String {
        Self.text(name: name, id: id) + "+"
            + Base64.encode([kind.rawValue] + publicKey, .standard)
    }

    /// `name+id`.
    static func text(name: String, id: UInt32) -> String {
        let digits = String(id, radix: 16)
        return "\(name)+" + String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// What a key of this kind signs.
    ///
    /// - Parameter time: seconds since 1970; only a cosignature has one.
    public static func message(_ kind: Kind, _ text: String, time: Int64) -> [UInt8] {
        switch kind {
        case .ed25519: Array(text.utf8)
        case .cosignature: Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
        }
    }

    /// Whether a signature says that it is this key's, letter for letter.
    func made(_ signature: NoteSignature) -> Bool {
        id == signature.keyID && name.utf8.elementsEqual(signature.keyName.utf8)
    }

    /// Checks a signature.
    ///
    /// - Returns: nil if it is wrong.
    func verify(_ signature: [UInt8], of text: String) -> VerifiedSignature? {
        var rest = signature[...]
        var time: Int64?
        if kind == .cosignature {
            guard rest.count > 8 else { return nil }
            let seconds = rest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard let bounded = Int64(exactly: seconds) else { return nil }
            time = bounded
            rest = rest.dropFirst(8)
        }
        guard rest.count == 64,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey),
            key.isValidSignature(
                Array(rest),
                for: Self.message(kind, text, time: time ?? 0)
            )
        else { return nil }
        return VerifiedSignature(key: self, time: time)
    }

    /// Whether a key may have this name.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0 != "+" && $0.value >= 0x20 && !$0.properties.isWhitespace
            }
    }
}
