// An answer that never ends by itself, cut into lines. A line has a greatest length, because a
// peer that never sends its end would otherwise fill our memory.

import AsyncHTTPClient
public import HTTPTypes
import NIOCore
import NIOHTTP1

/// An answer in lines.
public struct MeshStream: Sendable, AsyncSequence {
    /// A line without its end.
    public typealias Element = [UInt8]
    /// `MeshError.tooLong`, `timedOut` when nothing came for too long, `connectionClosed`.
    public typealias Failure = MeshError

    /// The status code; lines of an answer that is no 200 are its body.
    public let status: Int
    /// Header fields.
    public let fields: HTTPFields
    private let body: HTTPClientResponse.Body
    private let lineBytesMax: Int

    init(_ response: HTTPClientResponse, _ limits: MeshClient.Limits) {
        status = Int(response.status.code)
        fields = MeshResponse.fields(of: response)
        body = response.body
        lineBytesMax = limits.lineBytesMax
    }

    /// Begins reading; once only.
    public func makeAsyncIterator() -> Iterator {
        Iterator(chunks: body.makeAsyncIterator(), splitter: LineSplitter(lineBytesMax))
    }

    /// Reads line after line.
    public struct Iterator: AsyncIteratorProtocol {
        /// A line without its end.
        public typealias Element = [UInt8]
        /// As the sequence's.
        public typealias Failure = MeshError

        var chunks: HTTPClientResponse.Body.AsyncIterator
        var splitter: LineSplitter

        /// The next line; nil when the server ended the answer.
        public mutating func next() async throws(MeshError) -> [UInt8]? {
            try await next(isolation: nil)
        }

        /// The next line; nil when the server ended the answer.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(MeshError) -> [UInt8]? {
            while true {
                if let line = try splitter.next() { return line }
                do {
                    guard let chunk = try await chunks.next(isolation: actor) else {
                        // The rest of a line may mean something else than the line.
                        guard splitter.isEmpty else { throw MeshError.connectionClosed }
                        return nil
                    }
                    splitter.append(chunk.readableBytesView)
                } catch {
                    throw .sorted(error)
                }
            }
        }
    }
}

/// Cuts bytes into lines.
struct LineSplitter {
    private let lineBytesMax: Int
    private var bytes: [UInt8] = []
    private var start = 0
    private var searched = 0

    init(_ lineBytesMax: Int) {
        self.lineBytesMax = lineBytesMax
    }

    /// Whether nothing is left of a line.
    var isEmpty: Bool { start == bytes.count }

    mutating func append(_ more: some Sequence<UInt8>) {
        bytes.removeSubrange(..<start)
        searched -= start
        start = 0
        bytes.append(contentsOf: more)
    }

    /// The next line that is complete.
    mutating func next() throws(MeshError) -> [UInt8]? {
        guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = bytes.count
            guard searched - start <= lineBytesMax else { throw .tooLong(limit: lineBytesMax) }
            return nil
        }
        guard end - start <= lineBytesMax else { throw .tooLong(limit: lineBytesMax) }
        let line = Array(bytes[start..<end])
        start = end + 1
        searched = start
        return line
    }
}
