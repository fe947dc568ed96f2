// What witnesses say of a checkpoint: that it was the greatest tree of this log that they had seen, and
// when. Whoever has such a checkpoint need not believe that the log shows everybody the same tree.
//
// C2SP tlog-cosignature ("Ed25519 signed message") and tlog-witness ("add-checkpoint").

/// Why a witness' answer is no cosignature.
public enum CosignatureError: Error, Equatable, CustomStringConvertible {
    /// The answer is not made of signature lines.
    case malformed
    /// None of the lines is of the witness' key.
    case otherKey
    /// The signature is wrong.
    case invalid
    /// The witness does not say when it saw the tree.
    case withoutTime

    /// One line for people.
    public var description: String {
        switch self {
        case .malformed: "the answer is not made of signature lines"
        case .otherKey: "the answer has no signature of the witness' key"
        case .invalid: "the witness' signature is wrong"
        case .withoutTime: "the cosignature does not say when the tree was seen"
        }
    }
}

/// A witness' signature of a checkpoint, checked.
public struct Cosignature: Sendable, Hashable {
    /// The witness' key.
    public let key: NoteKey
    /// When it saw the tree, in seconds since 1970.
    public let time: Int64
    /// Its line.
    public let signature: NoteSignature

    /// Reads the answer of a witness to a checkpoint.
    ///
    /// Lines of other keys are passed over, as tlog-witness demands.
    ///
    /// - Parameters:
    ///   - answer: signature lines.
    ///   - note: the checkpoint that was sent.
    ///   - key: the witness'.
    public init(
        answer: [UInt8],
        to note: SignedNote,
        by key: NoteKey
    ) throws(CosignatureError) {
        guard let lines = String(validating: answer, as: UTF8.self),
            let signed = try? SignedNote("\(note.text)\n\(lines)"),
            // An empty line in the answer would make another text of it.
            signed.text.utf8.elementsEqual(note.text.utf8)
        else { throw .malformed }
        guard let line = signed.signatures.first(where: key.made) else { throw .otherKey }
        let verified: [VerifiedSignature]
        do throws(NoteError) {
            verified = try signed.verified(by: [key])
        } catch {
            throw .invalid
        }
        guard let time = verified.first?.time, time > 0 else { throw .withoutTime }
        self.key = key
        self.time = time
        signature = line
    }
}

/// Which witnesses have signed a checkpoint.
public struct CosignatureCount: Sendable, Equatable {
    /// Those that have, each key once.
    public private(set) var good: [VerifiedSignature] = []
    /// The names of those whose signature is there and wrong.
    public private(set) var wrong: [String] = []

    /// Looks for the signatures of witnesses.
    ///
    /// A key that is there under two names is one witness.
    public init(_ note: SignedNote, by keys: [NoteKey]) {
        for key in keys where note.signatures.contains(where: key.made) {
            guard let signature = try? note.verified(by: [key]).first, signature.time != 0 else {
                wrong.append(key.name)
                continue
            }
            if !good.contains(where: { $0.key.publicKey == key.publicKey }) {
                good.append(signature)
            }
        }
    }
}
