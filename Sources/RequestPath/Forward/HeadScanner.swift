// Finds the end of a head in what has arrived so far, without looking at any byte twice, so
// that a head that trickles in byte by byte costs no more than one that comes whole.

public import ClawgressBytes
public import ClawgressModel

/// What a scan found.
public enum HeadScan: Equatable, Sendable {
    /// A whole head stands in `start..<end`, its closing empty line included. The bytes before
    /// `start` are empty lines to be thrown away.
    case complete(start: Int, end: Int)
    /// More bytes are needed; the next scan goes on at `resumeAt`.
    case incomplete(resumeAt: Int)
}

/// Finds heads (RFC 9112 section 2.1).
public enum HeadScanner {
    /// How many empty lines before a request line are passed over: old clients send one too
    /// many after a body (RFC 9112 section 2.2).
    static var emptyLinesMax: Int { 2 }

    /// Looks for the end of the head at the front of `bytes`.
    ///
    /// What can be no head is refused at once instead of waited for: a first byte that begins
    /// no token (a TLS handshake, say), and a line that ends in a bare LF.
    ///
    /// - Parameters:
    ///   - bytes: all bytes received since the last message.
    ///   - from: 0, or `resumeAt` of the scan before over the same bytes.
    ///   - limit: the greatest number of bytes of a head.
    /// - Throws: `headTooLarge`, `lineEndingMalformed`, `requestLineMalformed`.
    @inlinable
    public static func scan(
        _ bytes: Span<UInt8>,
        from: Int,
        limit: Int
    ) throws(Reason) -> HeadScan {
        let start = try headStart(bytes)
        guard start < bytes.count, bytes[start] != UInt8(ascii: "\r") else {
            return .incomplete(resumeAt: 0)
        }
        guard ASCII.isToken(bytes[start]) else { throw .requestLineMalformed }
        var index = max(from, start)
        while let feed = bytes.firstIndex(of: UInt8(ascii: "\n"), from: index) {
            guard feed > start, bytes[feed - 1] == UInt8(ascii: "\r") else {
                throw .lineEndingMalformed
            }
            if feed - 1 > start, bytes[feed - 2] == UInt8(ascii: "\n") {
                guard feed + 1 - start <= limit else { throw .headTooLarge }
                return .complete(start: start, end: feed + 1)
            }
            index = feed + 1
        }
        guard bytes.count - start < limit else { throw .headTooLarge }
        return .incomplete(resumeAt: bytes.count)
    }

    /// The same for what an origin sends, where nothing stands before the head.
    ///
    /// What does not begin like a status line is refused at once, so that an origin that speaks
    /// something else is not waited for.
    ///
    /// - Throws: `upstreamMalformed`, whatever is wrong.
    @inlinable
    public static func scanResponse(
        _ bytes: Span<UInt8>,
        from: Int,
        limit: Int
    ) throws(Reason) -> HeadScan {
        do throws(Reason) {
            if bytes.count > 0, bytes[0] != UInt8(ascii: "H") { throw .upstreamMalformed }
            let found = try scan(bytes, from: from, limit: limit)
            if case .incomplete = found, !beginsLikeStatusLine(bytes) { throw .upstreamMalformed }
            return found
        } catch {
            throw .upstreamMalformed
        }
    }

    /// Whether the bytes, as far as they are here, can become a status line.
    @usableFromInline
    static func beginsLikeStatusLine(_ bytes: Span<UInt8>) -> Bool {
        // "HTTP/1." as a little-endian word.
        let start: UInt64 = 0x2E_312F_5054_5448
        for index in 0..<min(bytes.count, 7)
        where bytes[index] != UInt8(truncatingIfNeeded: start >> UInt64(8 * index)) {
            return false
        }
        return true
    }

    /// Where the first line with content begins, as far as can be told by now.
    @usableFromInline
    static func headStart(_ bytes: Span<UInt8>) throws(Reason) -> Int {
        var start = 0
        while start < bytes.count, bytes[start] == UInt8(ascii: "\r") {
            guard start < 2 * emptyLinesMax else { throw .requestLineMalformed }
            guard start + 1 < bytes.count else { break }
            guard bytes[start + 1] == UInt8(ascii: "\n") else { throw .lineEndingMalformed }
            start += 2
        }
        return start
    }
}
