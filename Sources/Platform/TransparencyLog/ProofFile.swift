// A proof that stands alone: that an entry is in a log, with the checkpoint that says so, in a text
// that other tools read too (C2SP tlog-proof@v1).

import ClawgressBytes

/// Why a proof file proves nothing.
public enum ProofFileError: Error, Equatable, CustomStringConvertible {
    /// The text is not that of a proof file.
    case malformed
    /// Its checkpoint is refused.
    case checkpoint(CheckpointError)
    /// Its hashes do not lead from the entry to the checkpoint.
    case proof(ProofError)

    /// One line for people.
    public var description: String {
        switch self {
        case .malformed: "this is no proof file"
        case .checkpoint(let error): error.description
        case .proof(let error): error.description
        }
    }
}

/// An inclusion proof with its checkpoint.
public struct ProofFile: Sendable, Hashable {
    private static var title: String { "c2sp.org/tlog-proof@v1" }
    /// A tree whose size is an `Int` has no longer path.
    private static var hashesMax: Int { 63 }

    /// Whatever the proof's maker added; nothing vouches for it.
    public let extra: [UInt8]?
    /// The entry's place in the log.
    public let index: Int
    /// The hashes from the entry's sibling up.
    public let path: [TreeHash]
    /// The signed checkpoint.
    public let checkpoint: SignedNote

    /// Puts a proof together; nil if the place is negative or the path too long.
    public init?(index: Int, path: [TreeHash], checkpoint: SignedNote, extra: [UInt8]? = nil) {
        guard index >= 0, path.count <= Self.hashesMax, extra?.isEmpty != true else { return nil }
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
        self.extra = extra
    }

    /// Reads a proof file.
    public init(_ text: String) throws(ProofFileError) {
        guard text.utf8.count <= 2 * SignedNote.bytesMax,
            let parting = text.firstEmptyLine
        else { throw .malformed }
        var lines = text[..<parting.lowerBound]
            .split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst() == Self.title[...] else { throw .malformed }
        var extra: [UInt8]?
        if let line = lines.first, line.hasPrefix("extra ") {
            extra = Base64.decode(line.dropFirst(6), .standard)
            guard extra != nil else { throw .malformed }
            lines.removeFirst()
        }
        guard let line = lines.popFirst(), line.hasPrefix("index "),
            let index = Decimal.read(line.dropFirst(6)), lines.count <= Self.hashesMax
        else { throw .malformed }
        let path = lines.compactMap { TreeHash(base64: $0) }
        guard path.count == lines.count else { throw .malformed }
        let note: SignedNote
        do throws(NoteError) {
            note = try SignedNote(text[parting.upperBound...])
        } catch {
            throw .checkpoint(.note(error))
        }
        guard let file = ProofFile(index: index, path: path, checkpoint: note, extra: extra) else {
            throw .malformed
        }
        self = file
    }

    /// The whole file.
    public var encoded: String {
        var text = Self.title + "\n"
        if let extra { text += "extra \(Base64.encode(extra, .standard))\n" }
        text += "index \(index)\n"
        for hash in path { text += hash.base64 + "\n" }
        return text + "\n" + checkpoint.encoded
    }

    /// Checks that an entry is in a log.
    ///
    /// - Parameters:
    ///   - origin: the log.
    ///   - keys: the log's keys.
    /// - Returns: the checkpoint that the entry is proved against.
    public func check(
        _ entry: [UInt8],
        in origin: String,
        by keys: [NoteKey]
    ) throws(ProofFileError) -> Checkpoint {
        let believed: Checkpoint
        do throws(CheckpointError) {
            believed = try Checkpoint.verified(checkpoint, of: origin, by: keys)
        } catch {
            throw .checkpoint(error)
        }
        do throws(ProofError) {
            try TreeProof.checkInclusion(of: .leaf(entry), at: index, in: believed.head, path)
        } catch {
            throw .proof(error)
        }
        return believed
    }
}

extension String {
    /// The first line feed that another one follows, both of them.
    fileprivate var firstEmptyLine: Range<String.Index>? {
        let bytes = utf8
        guard
            let first = bytes.indices.first(where: { place in
                let next = bytes.index(after: place)
                return bytes[place] == 10 && next < bytes.endIndex && bytes[next] == 10
            })
        else { return nil }
        return first..<bytes.index(first, offsetBy: 2)
    }
}
