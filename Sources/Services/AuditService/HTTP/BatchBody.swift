// A batch as it comes: bounded before it is read, and taken whole or not at all.

import ClawgressCompression
import ClawgressContract
import ClawgressRecords
import ClawgressTransparencyLog
import HTTPTypes
import Hummingbird
import NIOCore

/// Reads batches.
enum BatchBody {
    /// The tree size that a sender has verified.
    static func since(_ request: Request) throws(Problem) -> Int {
        guard let text = request.uri.queryParameters["since"] else { return 0 }
        guard let size = Int(text), size >= 0 else {
            throw .malformed("`since` must be the size of a tree")
        }
        return size
    }

    /// The records of a batch, each of `sender`.
    static func entries(
        of request: Request,
        from sender: RecordSender
    ) async throws -> [LogEntry] {
        let coding = request.headers[.contentEncoding]
        guard request.headers[.contentType] == AuditBatch.mediaType,
            coding == nil || coding == AuditBatch.gzip
        else { throw Problem.mediaTypeRefused }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: AuditBatch.bytesMax)
        } catch is NIOTooManyBytesError {
            throw Problem.batchTooLarge("the body has more than \(AuditBatch.bytesMax) bytes")
        }
        // The end of a connection ends a body, too.
        if let length = request.headers[.contentLength], Int(length) != body.readableBytes {
            throw Problem.malformed("the body ends before its length")
        }
        let sent = Array(body.readableBytesView)
        return try entries(coding == nil ? sent : try unpacked(sent), from: sender)
    }

    private static func unpacked(_ sent: [UInt8]) throws(Problem) -> [UInt8] {
        do throws(GzipRefusal) {
            return try Gzip.unpack(sent, bytesMax: AuditBatch.bytesMax)
        } catch .tooLong(let bytesMax) {
            throw .batchTooLarge("the body, unpacked, has more than \(bytesMax) bytes")
        } catch .noMemory {
            throw .busy
        } catch {
            throw .malformed("the body: \(error)")
        }
    }

    private static func entries(
        _ body: [UInt8],
        from sender: RecordSender
    ) throws(Problem) -> [LogEntry] {
        var lines = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Every line ends in a line feed, and the last one may.
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else { throw .malformed("the body has no record") }
        guard lines.count <= AuditBatch.linesMax else {
            throw .batchTooLarge("the body has more than \(AuditBatch.linesMax) lines")
        }
        var entries: [LogEntry] = []
        entries.reserveCapacity(lines.count)
        for (place, line) in lines.enumerated() {
            let entry: LogEntry
            do throws(RecordRefusal) {
                entry = try LogEntry(Array(line))
            } catch {
                throw .recordRefused(line: place + 1, error)
            }
            guard entry.key.stream.sender == sender else {
                throw .senderRefused(line: place + 1, entry.key.stream.sender, peer: sender)
            }
            do throws(RecordRefusal) {
                try entry.requireKind()
            } catch {
                throw .recordRefused(line: place + 1, error)
            }
            entries.append(entry)
        }
        return entries
    }
}
