// An answer that is too long to be held, or has no end: whoever asked reads it piece by piece, and what
// is not read is not sent.

import AsyncHTTPClient
public import HTTPTypes
import NIOCore
import NIOHTTP1

/// An answer that is read as it comes, for one reader.
///
/// When it is let go before its end, the connection is closed.
public actor MeshBytes {
    /// The status code.
    public nonisolated let status: Int
    /// Header fields.
    public nonisolated let fields: HTTPFields
    private var chunks: HTTPClientResponse.Body.AsyncIterator

    init(_ response: HTTPClientResponse) {
        status = Int(response.status.code)
        fields = MeshResponse.fields(of: response)
        chunks = response.body.makeAsyncIterator()
    }

    /// The next bytes; nil when the peer ended the answer as it should.
    ///
    /// - Throws: `MeshError.timedOut` when nothing came for too long; `connectionClosed` when the
    ///   connection ended before the answer did, or when the task was cancelled.
    public func next() async throws(MeshError) -> [UInt8]? {
        var chunks = chunks
        do {
            let chunk = try await chunks.next(isolation: self)
            // An end that a cancelled task sees may be no end of the answer.
            try Task.checkCancellation()
            return chunk.map { Array($0.readableBytesView) }
        } catch {
            throw .sorted(error)
        }
    }

    /// The rest of the answer, as far as it has at most so many bytes.
    ///
    /// - Throws: `MeshError`.
    public func rest(bytesMax: Int) async throws(MeshError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let more = try await next() {
            guard bytes.count + more.count <= bytesMax else { throw .tooLong(limit: bytesMax) }
            bytes += more
        }
        return bytes
    }
}
