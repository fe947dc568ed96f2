// Whether a tunnel that may carry anything begins with a request: clients exist that open a
// tunnel for plain http, too, and what they ask for there is to be judged like any request.

import ClawgressBytes

/// What the first bytes of an agent in a tunnel are.
public enum TunnelOpening: Equatable, Sendable {
    /// They can still become a request line.
    case undecided
    /// They are a request line of HTTP/1 (RFC 9112 section 3), or so long that they are taken for
    /// one: whether a sound one, the request path says.
    case request
    /// They are something else.
    case other

    /// The greatest length of a method; records hold no longer one either.
    private static var methodBytesMax: Int { 64 }
    /// The least line that ends like a request line: a blank, `HTTP/1.` and a digit.
    private static var versionBytes: Int { 9 }

    /// Judges the bytes that have come.
    ///
    /// Less strict than the request path, where it matters, because what one server takes for a
    /// request shall not pass as something else: blanks may be tabs or several, and a bare LF
    /// ends the line.
    ///
    /// - Parameters:
    ///   - bytes: everything that the agent has sent in the tunnel.
    ///   - limit: the greatest number of bytes of a head.
    public static func judge(_ bytes: Span<UInt8>, limit: Int) -> TunnelOpening {
        guard let start = try? HeadScanner.headStart(bytes) else { return .other }
        // A CR at the very end may still become an empty line.
        guard start < bytes.count, bytes[start] != UInt8(ascii: "\r") else { return .undecided }
        var place = start
        while place < bytes.count, ASCII.isToken(bytes[place]) { place += 1 }
        guard place > start, place - start <= methodBytesMax else { return .other }
        guard place < bytes.count else { return .undecided }
        guard isBlank(bytes[place]) else { return .other }
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") {
            guard isText(bytes[place]) || isLineEnd(bytes, place) else { return .other }
            place += 1
        }
        guard place < bytes.count else {
            return bytes.count - start >= limit ? .request : .undecided
        }
        return endsInVersion(bytes, start, place) ? .request : .other
    }

    /// Whether the line at `start..<end` ends in a blank and a version of HTTP/1.
    private static func endsInVersion(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var last = end
        while last > start, isBlank(bytes[last - 1]) || bytes[last - 1] == UInt8(ascii: "\r") {
            last -= 1
        }
        let version = last - versionBytes
        return version > start && isBlank(bytes[version]) && ASCII.isDigit(bytes[last - 1])
            && bytes.extracting(version + 1..<last - 1).equalsIgnoringCase("http/1.")
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    /// Whether the byte may stand in a line of text, in whatever character set.
    private static func isText(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t")
    }

    /// Whether a CR stands there that can end the line.
    private static func isLineEnd(_ bytes: Span<UInt8>, _ place: Int) -> Bool {
        guard bytes[place] == UInt8(ascii: "\r") else { return false }
        return place + 1 == bytes.count || bytes[place + 1] == UInt8(ascii: "\n")
    }
}
