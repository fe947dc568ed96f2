// A text with signatures under it (C2SP signed-note): the form of checkpoints. It is read strictly,
// and read notes are written again byte for byte, so that what was signed is what is kept.

import ClawgressBytes

/// Why a note is refused.
public enum NoteError: Error, Equatable, CustomStringConvertible {
    /// No text, empty line and signature lines in the one form that they may have.
    case malformed
    /// More bytes or signatures than are read.
    case tooLarge
    /// A key's text or name is none.
    case keyMalformed
    /// A signature of a known key is wrong.
    case signatureInvalid(keyName: String)
    /// No signature is of a known key.
    case unsigned

    /// One line for people.
    public var description: String {
        switch self {
        case .malformed: "this is no signed note"
        case .tooLarge: "the note is too large"
        case .keyMalformed: "this is no key of a note"
        case .signatureInvalid(let name): "the signature of `\(name)` is wrong"
        case .unsigned: "no known key has signed it"
        }
    }
}

/// One signature line.
public struct NoteSignature: Sendable, Hashable {
    /// Whose key.
    public let keyName: String
    /// Which of that name's keys.
    public let keyID: UInt32
    /// What it made; of its own form for each kind of key.
    public let bytes: [UInt8]

    /// Describes a signature; nil if the key's name is none or there are no bytes.
    public init?(keyName: String, keyID: UInt32, bytes: [UInt8]) {
        guard NoteKey.isName(keyName), !bytes.isEmpty else { return nil }
        self.keyName = keyName
        self.keyID = keyID
        self.bytes = bytes
    }

    /// The name and the number of the key, as they begin the text of a key.
    public var keyText: String { NoteKey.text(name: keyName, id: keyID) }

    /// Reads a line without its line feed.
    init?(line: Substring) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "\u{2014}",
            let decoded = Base64.decode(words[2], .standard), decoded.count > 4
        else { return nil }
        let keyID = decoded.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        self.init(keyName: String(words[1]), keyID: keyID, bytes: Array(decoded.dropFirst(4)))
    }

    /// The line, with its line feed.
    var line: String {
        let id = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> (24 - 8 * UInt32($0))) }
        return "\u{2014} \(keyName) \(Base64.encode(id + bytes, .standard))\n"
    }
}

/// A text and its signatures.
public struct SignedNote: Sendable, Hashable {
    /// Bytes that a note may have.
    public static var bytesMax: Int { 65_536 }
    /// Signatures that it may have.
    public static var signaturesMax: Int { 64 }

    /// What was signed; it ends with a line feed.
    public let text: String
    /// The signatures, in their order.
    public private(set) var signatures: [NoteSignature]

    /// A note without signatures yet; nil if the text cannot be one's.
    public init?(text: String) {
        guard Self.isText(text), text.hasSuffix("\n") else { return nil }
        self.text = text
        signatures = []
    }

    /// Reads a note.
    ///
    /// - Throws: `NoteError.malformed` or `.tooLarge`. Nothing in it is true before
    ///   ``verified(by:)``.
    public init(_ note: some StringProtocol) throws(NoteError) {
        guard note.utf8.count <= Self.bytesMax else { throw .tooLarge }
        let bytes = Array(note.utf8)
        // The last empty line parts the text from the signatures.
        let parting = bytes.indices.dropLast().last { bytes[$0] == 10 && bytes[$0 + 1] == 10 }
        guard let parting, bytes.last == 10, parting + 2 < bytes.count else { throw .malformed }
        let head = String(decoding: bytes[...parting], as: UTF8.self)
        let tail = String(decoding: bytes[(parting + 2)..<(bytes.count - 1)], as: UTF8.self)
        guard Self.isText(head), Self.isText(tail) else { throw .malformed }
        let lines = tail.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count <= Self.signaturesMax else { throw .tooLarge }
        text = head
        signatures = []
        for line in lines {
            guard let signature = NoteSignature(line: line) else { throw .malformed }
            signatures.append(signature)
        }
    }

    /// Reads a note's bytes, which must be UTF-8.
    public init(_ bytes: [UInt8]) throws(NoteError) {
        guard let note = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        try self.init(note)
    }

    /// The whole note.
    public var encoded: String { text + "\n" + signatures.map(\.line).joined() }

    /// Adds a signature, behind the others.
    public mutating func add(_ signature: NoteSignature) {
        signatures.append(signature)
    }

    /// The signatures of known keys, all of which are good.
    ///
    /// Others are passed over: a log changes its key and gains witnesses without asking.
    ///
    /// - Throws: `NoteError.unsigned` if there is none, `.signatureInvalid` if one is wrong.
    public func verified(by keys: [NoteKey]) throws(NoteError) -> [VerifiedSignature] {
        var verified: [VerifiedSignature] = []
        for signature in signatures {
            for key in keys where key.made(signature) {
                guard let good = key.verify(signature.bytes, of: text) else {
                    throw .signatureInvalid(keyName: key.name)
                }
                if !verified.contains(where: { $0.key == key }) { verified.append(good) }
            }
        }
        guard !verified.isEmpty else { throw .unsigned }
        return verified
    }

    /// No control characters but line feeds.
    private static func isText(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 || $0 == 10 }
    }
}

/// A signature that was checked.
public struct VerifiedSignature: Sendable, Hashable {
    /// The key that made it.
    public let key: NoteKey
    /// When a witness saw the tree, in seconds since 1970; nil for a signature without time.
    public let time: Int64?
}
