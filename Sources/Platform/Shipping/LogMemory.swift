// What a sender remembers of its log, which makes it a witness: a log that was rolled back, or that
// shows different people different things, contradicts a checkpoint that is kept here.

public import ClawgressTransparencyLog

/// How a log contradicted itself.
public enum LogContradiction: Error, Equatable, CustomStringConvertible {
    /// What it said is no checkpoint of its own.
    case unsigned(CheckpointError)
    /// It is shorter than it was.
    case shorter(was: Int, now: Int)
    /// It does not go on where it was.
    case forked(was: Int, now: Int, ProofError)

    /// One line for people.
    public var description: String {
        switch self {
        case .unsigned(let error): "its checkpoint is not the log's: \(error)"
        case .shorter(let was, let now): "it had \(was) entries, and has \(now) now"
        case .forked(let was, let now, let error):
            "its \(now) entries do not go on from the \(was) that it had: \(error)"
        }
    }
}

/// Holds what a log says of itself against what it said before.
public struct LogMemory: Sendable {
    /// The log's public key, whose name is the log's.
    public let key: NoteKey
    /// The newest checkpoint that was believed.
    public private(set) var kept: Checkpoint?

    /// Remembers nothing yet.
    public init(key: NoteKey) {
        self.key = key
    }

    /// Remembers a checkpoint that was kept.
    ///
    /// - Throws: `LogContradiction.unsigned` if it is not the log's.
    public init(key: NoteKey, kept note: String) throws(LogContradiction) {
        self.key = key
        kept = try Self.read(note, key)
    }

    /// The size of the checkpoint that is remembered; 0 for none.
    public var size: Int { kept?.head.size ?? 0 }

    /// Judges a checkpoint, and remembers it if it agrees.
    ///
    /// - Parameters:
    ///   - note: the signed checkpoint.
    ///   - proof: that it goes on from ``size``.
    public mutating func take(_ note: String, _ proof: [[UInt8]]) throws(LogContradiction) {
        let next = try Self.read(note, key)
        guard let kept, kept.head.size > 0 else {
            self.kept = next
            return
        }
        guard next.head.size >= kept.head.size else {
            throw .shorter(was: kept.head.size, now: next.head.size)
        }
        do throws(ProofError) {
            let hashes = proof.compactMap { TreeHash($0) }
            try TreeProof.checkConsistency(from: kept.head, to: next.head, hashes)
        } catch {
            throw .forked(was: kept.head.size, now: next.head.size, error)
        }
        self.kept = next
    }

    private static func read(
        _ note: String,
        _ key: NoteKey
    ) throws(LogContradiction) -> Checkpoint {
        let signed: SignedNote
        do throws(NoteError) {
            signed = try SignedNote(note)
        } catch {
            throw .unsigned(.note(error))
        }
        do throws(CheckpointError) {
            return try Checkpoint.verified(signed, of: key.name, by: [key])
        } catch {
            throw .unsigned(error)
        }
    }
}
