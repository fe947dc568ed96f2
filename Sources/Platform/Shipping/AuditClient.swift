// Hands records to the audit service and sorts its answers into the three that matter.

import ClawgressCompression
import ClawgressContract
import ClawgressJWS
import ClawgressMesh
import HTTPTypes

/// What became of records that were sent.
enum AuditClientAnswer: Sendable {
    /// They are in the log.
    case acknowledged(AuditBatchAnswer)
    /// They are refused for what they are, with the code of the problem.
    case refused(code: String)
    /// Nothing is known about them.
    case failed(String, retryAfter: Int64?)
}

/// Speaks with the audit service.
struct AuditClient: Sendable {
    /// How long the answer to a batch may take.
    private static let seconds: Double = 10
    let mesh: MeshClient
    let compression: ShippingCompression

    /// Sends lines.
    ///
    /// - Parameter size: of the checkpoint that the answer is to go on from.
    func send(_ lines: [UInt8], since size: Int) async -> AuditClientAnswer {
        var request = MeshRequest(
            .post,
            AuditPaths.batches(since: UInt64(size)),
            fields: [.contentType: AuditBatch.mediaType],
            body: lines
        )
        // Without memory for packing, records go as they are.
        if compression == .gzip, let packed = Gzip.pack(lines) {
            request.fields[.contentEncoding] = AuditBatch.gzip
            request.body = packed
        }
        let answer: MeshResponse
        do throws(MeshError) {
            answer = try await mesh.send(request, seconds: Self.seconds)
        } catch {
            return .failed("the audit service: \(error)", retryAfter: nil)
        }
        if answer.status == 200 { return Self.read(answer.body) }
        let code = Self.code(answer.body)
        switch (answer.status, code) {
        // Of these every attempt would be answered in the same way.
        case (400, AuditProblem.malformedRequest), (413, AuditProblem.batchTooLarge),
            (422, AuditProblem.recordRefused):
            return .refused(code: code)
        // Who may send, or may send this, is mended at the other end, and then the records are wanted.
        default:
            return .failed(
                "the audit service answers with status \(answer.status) `\(code)`",
                retryAfter: answer.fields[.retryAfter].flatMap { Int64($0) }
                    .map { min($0, 86_400) * 1_000 }
            )
        }
    }

    private static func read(_ body: [UInt8]) -> AuditClientAnswer {
        do throws(AuditAnswerError) {
            return .acknowledged(try AuditBatchAnswer(parsing: body.span))
        } catch {
            return .failed("the audit service was not understood: \(error)", retryAfter: nil)
        }
    }

    /// The stable word of a problem, if the body is one; nothing else of it goes into a log.
    private static func code(_ body: [UInt8]) -> String {
        let text = (try? StrictJSON.read(body.span))?["code"]?.text ?? ""
        let isWord = text.utf8.allSatisfy {
            $0 == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        }
        return isWord && text.utf8.count <= 64 ? text : ""
    }
}
