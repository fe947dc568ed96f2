// What is said to a witness, and what its answers mean: C2SP tlog-witness, "add-checkpoint".

import ClawgressBytes
public import ClawgressTransparencyLog

/// A request that a witness signs a checkpoint.
public enum WitnessRequest {
    /// Behind the witness' submission prefix.
    public static var path: String { "/add-checkpoint" }

    /// The body.
    ///
    /// - Parameters:
    ///   - old: the size of the tree that the witness signed last, as far as is known.
    ///   - proof: that the checkpoint goes on there, 32 bytes each.
    public static func body(old: Int, proof: [[UInt8]], checkpoint: SignedNote) -> String {
        let hashes = proof.map { Base64.encode($0, .standard) + "\n" }.joined()
        return "old \(old)\n\(hashes)\n\(checkpoint.encoded)"
    }
}

/// What a witness answered.
public enum WitnessAnswer: Sendable, Equatable {
    /// It has signed the checkpoint.
    case cosigned(Cosignature)
    /// The tree that it signed last has this size (409).
    case holds(size: Int)
    /// The tree that it signed last is not the beginning of this one (422).
    case inconsistent
    /// It does not sign for this log or this key, so that a person has to act (400, 403, 404).
    case refused(String)
    /// Nothing that can be used; it may be another time.
    case failed(String)

    /// The greatest answer that is read, in bytes.
    public static var bytesMax: Int { 16_384 }

    /// Reads an answer.
    ///
    /// - Parameters:
    ///   - type: its `Content-Type`.
    ///   - note: the checkpoint that was sent.
    ///   - key: the witness'.
    public init(
        status: Int,
        type: String?,
        body: [UInt8],
        to note: SignedNote,
        by key: NoteKey
    ) {
        switch status {
        case 200:
            do throws(CosignatureError) {
                self = .cosigned(try Cosignature(answer: body, to: note, by: key))
            } catch {
                self = .failed(error.description)
            }
        case 409:
            let size = Self.size(body)
            self =
                if type == "text/x.tlog.size", let size {
                    .holds(size: size)
                } else {
                    .failed("it answers 409 without a size")
                }
        case 422: self = .inconsistent
        case 400: self = .refused("it takes the request for malformed")
        case 403: self = .refused("it does not know the log's key")
        case 404: self = .refused("it does not know the log, or there is no witness")
        default: self = .failed("it answers with status \(status)")
        }
    }

    /// A number in its one spelling, behind it a line feed.
    private static func size(_ body: [UInt8]) -> Int? {
        guard body.last == UInt8(ascii: "\n"), body.count <= 20,
            let text = String(validating: body.dropLast(), as: UTF8.self),
            let size = Int(text), size >= 0, "\(size)" == text
        else { return nil }
        return size
    }
}
