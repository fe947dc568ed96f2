// What a log says of itself when it has grown: its name, its size and its root, in three lines that
// are signed (C2SP tlog-checkpoint).

/// Why a checkpoint is refused.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
    /// The text is not that of a checkpoint.
    case malformed
    /// It is another log's.
    case otherLog(origin: String)
    /// The note is none, or not signed by the log.
    case note(NoteError)

    /// One line for people.
    public var description: String {
        switch self {
        case .malformed: "this is no checkpoint"
        case .otherLog(let origin): "the checkpoint is of the log `\(origin)`"
        case .note(let error): error.description
        }
    }
}

/// A tree as its log vouches for it.
public struct Checkpoint: Sendable, Hashable {
    /// No tree has more leaves, whatever was signed: what is reckoned from a size would not fit into an
    /// `Int` any more.
    public static var sizeMax: Int { 1 << 62 }

    /// The log's name.
    public let origin: String
    /// Its tree.
    public let head: TreeHead
    /// Lines that other logs may add; ours has none.
    public let extensions: [String]

    /// Describes a tree of a log; nil if the origin or a line is empty or no line, or the size is
    /// negative or above ``sizeMax``.
    public init?(origin: String, head: TreeHead, extensions: [String] = []) {
        let isWhole = ([origin] + extensions).allSatisfy { line in
            !line.isEmpty && line.utf8.allSatisfy { $0 >= 0x20 }
        }
        guard isWhole, (0...Self.sizeMax).contains(head.size) else { return nil }
        self.origin = origin
        self.head = head
        self.extensions = extensions
    }

    /// Reads the text of a checkpoint, without signatures.
    public init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        guard lines.count >= 4, lines.last == "", let size = Decimal.read(lines[1]),
            let root = TreeHash(base64: lines[2])
        else { return nil }
        self.init(
            origin: lines[0],
            head: TreeHead(size: size, root: root),
            extensions: Array(lines[3..<lines.count - 1])
        )
    }

    /// The text that is signed.
    public var text: String {
        ([origin, "\(head.size)", head.root.base64] + extensions).map { $0 + "\n" }.joined()
    }

    /// Reads a signed checkpoint and believes it if the log has signed it.
    ///
    /// - Parameters:
    ///   - keys: the log's.
    ///   - origin: the log that is asked about.
    public static func verified(
        _ note: SignedNote,
        of origin: String,
        by keys: [NoteKey]
    ) throws(CheckpointError) -> Checkpoint {
        do throws(NoteError) {
            _ = try note.verified(by: keys)
        } catch {
            throw .note(error)
        }
        guard let checkpoint = Checkpoint(text: note.text) else { throw .malformed }
        // Letter for letter: equal strings may be different bytes.
        guard checkpoint.origin.utf8.elementsEqual(origin.utf8) else {
            throw .otherLog(origin: checkpoint.origin)
        }
        return checkpoint
    }
}
