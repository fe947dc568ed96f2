// An answer of the admin API that is too long to be held, or has no end. It is handed on as it comes, and
// no more is read before that was taken.

import AsyncHTTPClient
import ClawgressBytes
import NIOCore
import NIOHTTP1
import Synchronization

/// Hands an answer on.
final class APIStream: HTTPClientResponseDelegate {
    typealias Response = APIAnswer

    /// Whoever takes it has enough.
    struct Enough: Error {}

    private struct State {
        var status = 0
        /// A refusal's body.
        var body: [UInt8] = []
    }

    private let state = Mutex(State())
    private let take: @Sendable ([UInt8]) throws -> Bool

    /// Bytes of a refusal.
    private static var refusalBytesMax: Int { 1 << 20 }

    init(_ take: @escaping @Sendable ([UInt8]) throws -> Bool) {
        self.take = take
    }

    /// Whether anything of the answer was handed on.
    var hasBegun: Bool { state.withLock { $0.status == 200 } }

    func didReceiveHead(
        task: HTTPClient.Task<APIAnswer>,
        _ head: HTTPResponseHead
    ) -> EventLoopFuture<Void> {
        state.withLock { $0.status = Int(head.status.code) }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(
        task: HTTPClient.Task<APIAnswer>,
        _ buffer: NIOCore.ByteBuffer
    ) -> EventLoopFuture<Void> {
        let bytes = Array(buffer.readableBytesView)
        return task.eventLoop.makeCompletedFuture {
            guard !hasBegun else {
                guard try take(bytes) else { throw Enough() }
                return
            }
            try state.withLock { state in
                guard state.body.count + bytes.count <= Self.refusalBytesMax else {
                    throw HTTPClientError.bodyLengthMismatch
                }
                state.body += bytes
            }
        }
    }

    func didFinishRequest(task: HTTPClient.Task<APIAnswer>) throws -> APIAnswer {
        state.withLock { APIAnswer(status: $0.status, body: $0.body) }
    }
}

extension APIConnection {
    /// Without a byte for so long, an answer is given up: a tail gives signs of life four times as
    /// often.
    private static var silenceSecondsMax: Int64 { 60 }

    /// Sends `request`, and hands the bytes of its answer to `take` as they come.
    ///
    /// - Returns: the status, with the body of a refusal.
    /// - Throws: ``CommandFailure`` if the answer has no end, and whatever `take` throws.
    static func stream(
        _ endpoint: APIEndpoint,
        _ request: APIRequest,
        _ take: @escaping @Sendable ([UInt8]) throws -> Bool
    ) throws -> APIAnswer {
        var configuration = try configuration(endpoint)
        configuration.timeout.read = .seconds(silenceSecondsMax)
        let client = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: configuration
        )
        defer { try? client.syncShutdown() }
        let stream = APIStream(take)
        do {
            let request = try httpRequest(endpoint, request)
            return try client.execute(request: request, delegate: stream).wait()
        } catch is APIStream.Enough {
            return APIAnswer(status: 200, body: [])
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as FileError {
            throw error
        } catch {
            guard stream.hasBegun else { throw failure(endpoint, error) }
            throw CommandFailure(
                .unavailable,
                "the answer of \(endpoint.url) broke off, so it is not whole: \(error)"
            )
        }
    }
}
