// What the tests of this folder share: parsing from text, with what was written as text.

import ClawgressBytes
import ClawgressForward
import ClawgressModel

/// A request head that was accepted, with both of its buffers as text.
struct AcceptedRequest {
    let head: RequestHead
    let input: [UInt8]
    let output: [UInt8]

    var written: String { String(decoding: output, as: UTF8.self) }
    var host: String { text(head.authority.host) }
    var authority: String { text(head.authorityText) }
    var target: String { text(head.target) }
    var path: String { text(head.path) }
    var method: String { String(decoding: input[head.methodText], as: UTF8.self) }
    var proxyAuthorization: String? {
        head.proxyAuthorization.map { String(decoding: input[$0], as: UTF8.self) }
    }

    /// The field lines that were written, without the request line and the empty line.
    var fields: [String] {
        Array(written.crlfLines.dropFirst().dropLast(2))
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: output[range], as: UTF8.self)
    }
}

/// Parses a request head given as bytes.
func parseRequest(
    _ input: [UInt8],
    fieldCount: Int = 64,
    capacity: Int = 8_192,
    gatewayName: String = "gw-1"
) throws(Reason) -> AcceptedRequest {
    var out = ByteBuffer(capacity: capacity)
    let name = Array(gatewayName.utf8)
    let head = try RequestHead.parse(
        input.span,
        limits: HeadLimits(fieldCount: fieldCount),
        gatewayName: name.span,
        into: &out
    )
    return AcceptedRequest(head: head, input: input, output: out.bytes.array())
}

/// Parses a request head given as text.
func parseRequest(_ input: String, fieldCount: Int = 64) throws(Reason) -> AcceptedRequest {
    try parseRequest(Array(input.utf8), fieldCount: fieldCount)
}

/// The reason for which a request head is refused, or nil.
func refusal(_ input: String, fieldCount: Int = 64) -> Reason? {
    do throws(Reason) {
        _ = try parseRequest(input, fieldCount: fieldCount)
        return nil
    } catch {
        return error
    }
}

/// A GET for `http://example.com/` with these field lines behind Host.
func get(_ fields: String..., version: String = "HTTP/1.1") -> String {
    "GET http://example.com/ \(version)\r\nHost: example.com\r\n"
        + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// A POST likewise.
func post(_ fields: String..., version: String = "HTTP/1.1") -> String {
    "POST http://example.com/ \(version)\r\nHost: example.com\r\n"
        + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// A response head that was accepted, with what the agent gets.
struct AcceptedResponse {
    let head: ResponseHead
    let written: String

    var fields: [String] {
        Array(written.crlfLines.dropFirst().dropLast(2))
    }
}

/// Parses a response head.
func parseResponse(
    _ input: [UInt8],
    isHead: Bool = false,
    agentIsVersion10: Bool = false,
    agentKeepAlive: Bool = true,
    asksWebSocket: Bool = false,
    fieldCount: Int = 64,
    capacity: Int = 8_192
) throws(Reason) -> AcceptedResponse {
    var out = ByteBuffer(capacity: capacity)
    let name = Array("gw-1".utf8)
    let context = ResponseContext(
        isHead: isHead,
        agentIsVersion10: agentIsVersion10,
        agentKeepAlive: agentKeepAlive,
        asksWebSocket: asksWebSocket
    )
    let head = try ResponseHead.parse(
        input.span,
        request: context,
        limits: HeadLimits(fieldCount: fieldCount),
        gatewayName: name.span,
        into: &out
    )
    return AcceptedResponse(head: head, written: out.bytes.string())
}

/// Parses a response head given as lines, to which the empty line is added.
func parseResponse(
    lines: [String],
    isHead: Bool = false,
    agentIsVersion10: Bool = false,
    agentKeepAlive: Bool = true,
    asksWebSocket: Bool = false,
    fieldCount: Int = 64
) throws(Reason) -> AcceptedResponse {
    try parseResponse(
        Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8),
        isHead: isHead,
        agentIsVersion10: agentIsVersion10,
        agentKeepAlive: agentKeepAlive,
        asksWebSocket: asksWebSocket,
        fieldCount: fieldCount
    )
}

extension String {
    /// The lines between CRLFs. Over bytes, because Swift takes CRLF for one character.
    var crlfLines: [String] {
        var lines: [String] = []
        var line: [UInt8] = []
        for byte in utf8 {
            if byte == 10, line.last == 13 {
                lines.append(String(decoding: line.dropLast(), as: UTF8.self))
                line = []
            } else {
                line.append(byte)
            }
        }
        return lines + [String(decoding: line, as: UTF8.self)]
    }
}
