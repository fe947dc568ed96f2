// What a sender of records and clawgress-audit say to each other. Written and read by this code
// on both sides and without Codable, because a gateway links no Foundation on its path.

import ClawgressBytes
import ClawgressJWS

/// The form of a batch: records as lines (NDJSON), each the canonical JSON of one record.
///
/// A record is known by its sender, boot, worker and number. The sender is `gateway_id` or
/// `service_id`, and must be the one that the client's certificate names. The number is
/// `sequence`; a record with `"record":"gap"` has none, and its number is `segment`, counted apart:
/// there is one gap record of a segment, sent when the segment takes no more records.
public enum AuditBatch {
    /// The media type of a batch.
    public static var mediaType: String { "application/x-ndjson" }
    /// The content coding that a body may have (RFC 9110 section 8.4.1.3); its bounds hold for what
    /// is sent and for what that stands for.
    public static var gzip: String { "gzip" }
    /// The greatest length of a line without its line feed, in bytes.
    public static var lineBytesMax: Int { 16_384 }
    /// The greatest number of lines; the service may be configured to take fewer.
    public static var linesMax: Int { 1_000 }
    /// The greatest length of a body, in bytes.
    public static var bytesMax: Int { 4 << 20 }
}

/// Why an answer is none; the text names the member.
public struct AuditAnswerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// The answer to a batch, given when each of its records is durable in the log.
public struct AuditBatchAnswer: Sendable, Equatable {
    /// Records that were not in the log before.
    public var added: Int
    /// Records that were: they are there once, whatever was sent now.
    public var known: Int
    /// The newest checkpoint, as a C2SP signed note.
    ///
    /// It covers every record that was acknowledged before it was signed, and not yet those of
    /// this batch; it is at most `checkpoint_ms` older than the newest record.
    public var checkpoint: String
    /// That the checkpoint goes on where the size that the sender named ended: the hashes of the
    /// consistency proof (RFC 9162 section 2.1.4), in its order, 32 bytes each.
    ///
    /// Empty if nothing is to be proved: the sender named 0, or the checkpoint's own size. Empty as
    /// well if it named a greater one: then the log was rolled back, and the sender must say so.
    public var consistency: [[UInt8]]

    /// Assembles an answer.
    public init(added: Int, known: Int, checkpoint: String, consistency: [[UInt8]]) {
        self.added = added
        self.known = known
        self.checkpoint = checkpoint
        self.consistency = consistency
    }

    /// The body: one JSON object, hashes in base64 (RFC 4648 section 4).
    public var text: String {
        JSONValue.object([
            JSONMember("added", .integer(Int64(added))),
            JSONMember("known", .integer(Int64(known))),
            JSONMember("checkpoint", .string(checkpoint)),
            JSONMember(
                "consistency",
                .array(consistency.map { .string(Base64.encode($0, .standard)) })
            ),
        ]).jsonText
    }

    /// Reads a body; members that are not known are left alone.
    ///
    /// - Throws: `AuditAnswerError`.
    public init(parsing body: Span<UInt8>) throws(AuditAnswerError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try StrictJSON.read(body)
        } catch {
            throw AuditAnswerError("the answer is not valid JSON")
        }
        added = try Self.count("added", in: value)
        known = try Self.count("known", in: value)
        guard let note = value["checkpoint"]?.text else {
            throw AuditAnswerError("`checkpoint` must be a text")
        }
        checkpoint = note
        guard let hashes = value["consistency"]?.elements, hashes.count <= 128 else {
            throw AuditAnswerError("`consistency` must be a list of at most 128 hashes")
        }
        consistency = []
        for hash in hashes {
            guard let bytes = hash.text.flatMap({ Base64.decode($0, .standard) }),
                bytes.count == 32
            else { throw AuditAnswerError("`consistency` must hold hashes of 32 bytes") }
            consistency.append(bytes)
        }
    }

    private static func count(
        _ name: String,
        in value: JSONValue
    ) throws(AuditAnswerError) -> Int {
        guard let number = value[name]?.integer, number >= 0 else {
            throw AuditAnswerError("`\(name)` must be a whole number")
        }
        return Int(number)
    }
}
