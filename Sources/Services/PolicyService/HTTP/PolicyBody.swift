// Bodies in and out: JSON with the house's spelling, and the one big body that passes no Codable.

import ClawgressContract
import ClawgressJWS
import ClawgressModel
import ClawgressSnapshotText
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Reads and writes bodies.
enum PolicyBody {
    /// The longest body with a fleet's content, in bytes.
    static var contentBytesMax: Int { 64 << 20 }
    /// The longest other body, in bytes.
    static var bytesMax: Int { 256 << 10 }

    /// Reads the whole body.
    static func bytes(of request: Request, max: Int = PolicyBody.bytesMax) async throws -> [UInt8] {
        do {
            return Array(try await request.body.collect(upTo: max).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(max)
        }
    }

    /// Reads a body as one of the contract's types.
    static func decode<Body: Decodable>(
        _ type: Body.Type,
        from request: Request
    ) async throws -> Body {
        try decode(type, from: try await bytes(of: request))
    }

    private static func decode<Body: Decodable>(
        _ type: Body.Type,
        from bytes: [UInt8]
    ) throws -> Body {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let DecodingError.keyNotFound(key, _) {
            throw Problem.malformed("`\(key.stringValue)` is missing")
        } catch let DecodingError.typeMismatch(_, context) {
            let name = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw Problem.malformed("`\(name)` has a value of the wrong type")
        } catch {
            throw Problem.malformed("the body is not valid JSON of the expected form")
        }
    }

    /// Reads the wish to publish and its content.
    static func publication(
        from request: Request
    ) async throws -> (PublicationRequest, Snapshot) {
        let bytes = try await bytes(of: request, max: contentBytesMax)
        guard let value = try? StrictJSON.read(bytes.span), let members = value.members,
            let content = members.first(where: { $0.name == "content" })?.value
        else { throw Problem.malformed("the body must be a JSON object with `content`") }
        let head = JSONValue.object(members.filter { $0.name != "content" })
        let wish = try decode(PublicationRequest.self, from: Array(head.jsonText.utf8))
        do throws(SnapshotTextError) {
            return (wish, try SnapshotText.read(content))
        } catch {
            switch error {
            case .formatUnknown(let format):
                throw Problem.contentRefused(["the format `\(format)` is not known"])
            case .malformed(let sentence): throw Problem.contentRefused([sentence])
            }
        }
    }

    /// An answer in JSON.
    static func answer(_ body: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response
    {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encode(body)))
        )
    }

    /// An answer in plain text.
    static func text(_ text: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// A problem as an answer.
    static func answer(_ problem: Problem) -> Response {
        let bytes = (try? encode(problem)) ?? []
        return Response(
            status: HTTPResponse.Status(code: problem.status),
            headers: [.contentType: Problem.mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    private static func encode(_ body: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(body)) + [UInt8(ascii: "\n")]
    }
}

/// Turns whatever a route throws into a problem.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return PolicyBody.answer(problem)
        } catch let error as PolicyStoreError {
            return PolicyBody.answer(.unavailable(error))
        } catch let error as HTTPError where error.status == .notFound {
            return PolicyBody.answer(.notFound("such route"))
        } catch let error as HTTPError where error.status.code < 500 {
            return PolicyBody.answer(.malformed("\(error.status.reasonPhrase)"))
        }
    }
}
