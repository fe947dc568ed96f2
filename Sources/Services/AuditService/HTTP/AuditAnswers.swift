// Answers, and every way in which the audit service says no, with its status, its code and the way
// out.

import ClawgressBytes
import ClawgressContract
import ClawgressRecords
import ClawgressTransparencyLog
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Makes answers.
enum AuditAnswers {
    static func json(_ body: some Encodable) -> Response {
        text(String(decoding: encode(body), as: UTF8.self), type: "application/json")
    }

    static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    static func answer(_ problem: Problem) -> Response {
        var headers: HTTPFields = [.contentType: Problem.mediaType]
        if problem.status == 503 {
            headers[.retryAfter] = problem.code == AuditProblem.busy ? "1" : "5"
        }
        return Response(
            status: HTTPResponse.Status(code: problem.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: encode(problem)))
        )
    }

    private static func encode(_ body: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array((try? encoder.encode(body)) ?? Data()) + [UInt8(ascii: "\n")]
    }
}

/// Turns whatever a route throws into a problem.
struct AuditProblems<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return AuditAnswers.answer(problem)
        } catch is FileError {
            return AuditAnswers.answer(.filesUnreadable)
        } catch is TreeError {
            return AuditAnswers.answer(.filesUnreadable)
        } catch let error as HTTPError where error.status == .notFound {
            return AuditAnswers.answer(.notFound("such route"))
        } catch let error as HTTPError where error.status.code < 500 {
            return AuditAnswers.answer(.malformed("\(error.status.reasonPhrase)"))
        }
    }
}

extension Problem {
    private static func audit(
        _ status: Int,
        _ title: String,
        _ code: String,
        _ detail: String,
        errors: [ProblemItem]? = nil
    ) -> Problem {
        Problem(status: status, title: title, code: code, detail: detail, errors: errors)
    }

    private static func unavailable(_ code: String, _ detail: String) -> Problem {
        audit(503, "Service Unavailable", code, detail)
    }

    static func malformed(_ detail: String) -> Problem {
        audit(400, "Bad Request", AuditProblem.malformedRequest, detail)
    }

    static var certificateRequired: Problem {
        audit(
            401,
            "Unauthorized",
            AuditProblem.certificateRequired,
            "this route is for services with a certificate of the mesh"
        )
    }

    static func identityRefused(_ identity: String) -> Problem {
        audit(
            403,
            "Forbidden",
            AuditProblem.identityRefused,
            "`\(identity)` may not use this route"
        )
    }

    static var entriesNotPublic: Problem {
        audit(
            403,
            "Forbidden",
            AuditProblem.identityRefused,
            "entries are for auditors; this listener serves the checkpoint and hashes"
        )
    }

    static func senderRefused(
        line: Int,
        _ sender: RecordSender,
        peer: RecordSender
    ) -> Problem {
        let detail = "the record is of `\(sender)`, and the certificate is of `\(peer)`"
        return audit(
            403,
            "Forbidden",
            AuditProblem.senderRefused,
            "line \(line): \(detail); nothing of the batch was kept",
            errors: [ProblemItem(line: line, message: detail)]
        )
    }

    static func notFound(_ what: String) -> Problem {
        audit(404, "Not Found", AuditProblem.notFound, "there is no \(what)")
    }

    static func entriesPruned(minimum: Int) -> Problem {
        audit(
            404,
            "Not Found",
            AuditProblem.entriesPruned,
            "entries before \(minimum) were pruned by the log's policy; see `log/retention`"
        )
    }

    static var batchTooSlow: Problem {
        audit(408, "Request Timeout", AuditProblem.batchTooSlow, "the body did not come in time")
    }

    static func batchTooLarge(_ detail: String) -> Problem {
        audit(413, "Content Too Large", AuditProblem.batchTooLarge, detail)
    }

    static var mediaTypeRefused: Problem {
        audit(
            415,
            "Unsupported Media Type",
            AuditProblem.mediaTypeRefused,
            "a batch is `\(AuditBatch.mediaType)`, as it is or as `\(AuditBatch.gzip)`"
        )
    }

    static func recordRefused(line: Int, _ refusal: RecordRefusal) -> Problem {
        audit(
            422,
            "Unprocessable Content",
            AuditProblem.recordRefused,
            "line \(line) is refused: \(refusal); nothing of the batch was kept",
            errors: [ProblemItem(line: line, message: refusal.description)]
        )
    }

    static var busy: Problem {
        unavailable(AuditProblem.busy, "too many batches are being taken; send it again")
    }

    static var filesUnreadable: Problem {
        unavailable(AuditProblem.unavailable, "the log's files cannot be read; see its log")
    }

    static func refused(_ refusal: LogRefusal) -> Problem {
        switch refusal {
        case .diskFull:
            unavailable(
                AuditProblem.diskFull,
                "the audit service's disk is full; nothing of the batch counts as kept"
            )
        case .ledgerFull:
            unavailable(
                AuditProblem.streamsFull,
                "the log remembers as many streams and holes as `streams_max` allows"
            )
        case .senderFull(let streamsMax):
            unavailable(
                AuditProblem.senderStreamsFull,
                "the log remembers as many streams and holes of this sender as "
                    + "`streams_per_sender` allows (\(streamsMax)); it goes on with those that there are"
            )
        case .tooManyFiles:
            unavailable(
                AuditProblem.unavailable,
                "the audit service has too many files open; nothing of the batch counts as kept"
            )
        case .stopped:
            unavailable(AuditProblem.unavailable, "the audit service stops; send it again")
        }
    }
}
