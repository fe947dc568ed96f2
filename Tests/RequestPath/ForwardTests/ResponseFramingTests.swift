// How long an origin's answer is, and which answers are not believed.

import ClawgressForward
import ClawgressModel
import Testing

@Suite("The framing of answers")
struct ResponseFramingTests {
    @Test(
        "is refused where it is ambiguous",
        arguments: [
            ["Content-Length: 1", "Content-Length: 1"], ["Content-Length: 1", "Content-Length: 2"],
            ["Content-Length: 1, 1"], ["Content-Length: x"], ["Content-Length: -1"],
            ["Content-Length:"],
            ["Content-Length: 01"], ["Content-Length: 5", "Transfer-Encoding: chunked"],
            ["Transfer-Encoding: chunked", "Content-Length: 0"], ["Transfer-Encoding: gzip"],
            ["Transfer-Encoding: gzip, chunked"],
            ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
            ["Transfer-Encoding:"], ["Transfer-Encoding: identity"],
        ]
    )
    func ambiguous(lines: [String]) {
        for isHead in [false, true] {
            #expect(throws: Reason.upstreamMalformed) {
                try parseResponse(lines: ["HTTP/1.1 200 OK"] + lines, isHead: isHead)
            }
        }
    }

    @Test(
        "is refused where the head is not sound",
        arguments: [
            ["HTTP/1.1 200 OK", " folded"], ["HTTP/1.1 200 OK", "A: b", "\tfolded"],
            ["HTTP/1.1 200 OK", "A : b"], ["HTTP/1.1 200 OK", "A"],
            ["HTTP/1.1 200 OK", "A: \u{0}"],
            ["HTTP/1.1 200 OK", "A: b\nB: c"], ["HTTP/1.1 200 OK\u{0}"], ["HTTP/1.1 200 O\rK"],
            ["HTTP/1.1  200 OK"], ["HTTP/1.1 20 OK"], ["HTTP/1.1 2000 OK"], ["HTTP/1.1 099 OK"],
            ["HTTP/1.1 -20 OK"], ["HTTP/1.1 20x OK"], ["HTTP/1.1 200\tOK"], ["HTTP/1.1 200OK"],
            ["HTTP/2.0 200 OK"], ["HTTP/0.9 200 OK"], ["HTTP/1.2 200 OK"], ["http/1.1 200 OK"],
            ["ICY 200 OK and more"], ["HTTP/1.1"], ["HTTP/1.1 "], [""], ["<html>"],
            ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: upgrade"],
            ["HTTP/1.0 200 OK", "Transfer-Encoding: chunked"],
            ["HTTP/1.1 200 OK", "Connection: @"],
        ]
    )
    func malformed(lines: [String]) {
        #expect(throws: Reason.upstreamMalformed) { try parseResponse(lines: lines) }
    }

    @Test("is refused with too many fields")
    func fieldCount() throws {
        let lines = ["HTTP/1.1 200 OK", "A: b", "Content-Length: 0"]
        #expect(try parseResponse(lines: lines, fieldCount: 2).head.status == 200)
        #expect(throws: Reason.upstreamMalformed) { try parseResponse(lines: lines, fieldCount: 1) }
    }

    @Test("has no content where HTTP says so, and keeps a length that tells about it")
    func bodiless() throws {
        let head = try parseResponse(lines: ["HTTP/1.1 200 OK", "Content-Length: 5"], isHead: true)
        #expect(head.head.body == .none && head.head.keepAlive && head.head.keepsAgent)
        #expect(head.fields.contains("Content-Length: 5"))
        let chunkedHead = try parseResponse(
            lines: ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"],
            isHead: true
        )
        #expect(chunkedHead.head.body == .none && chunkedHead.head.keepAlive)
        #expect(chunkedHead.fields == ["Via: 1.1 gw-1"])
        let notModified = try parseResponse(lines: [
            "HTTP/1.1 304 Not Modified", "Content-Length: 5",
        ])
        #expect(notModified.head.body == .none && notModified.head.keepAlive)
        #expect(notModified.fields.contains("Content-Length: 5"))
        let reset = try parseResponse(lines: ["HTTP/1.1 205 Reset Content", "Content-Length: 0"])
        #expect(reset.head.body == .fixed(0))
    }

    @Test(
        "does not trust a connection whose 204 announced content",
        arguments: [
            ("Content-Length: 0", true), ("Content-Length: 5", false),
            ("Transfer-Encoding: chunked", false), ("A: b", true),
        ]
    )
    func noContent(line: String, keepAlive: Bool) throws {
        let response = try parseResponse(lines: ["HTTP/1.1 204 No Content", line])
        #expect(response.head.body == .none)
        #expect(response.head.keepAlive == keepAlive)
        #expect(response.head.keepsAgent)
        #expect(!response.written.contains("Content-Length"))
        #expect(!response.written.contains("Transfer-Encoding"))
    }

    @Test(
        "persists as version and Connection say",
        arguments: [
            ("HTTP/1.1", "Connection: close", false), ("HTTP/1.1", "A: b", true),
            ("HTTP/1.0", "A: b", false), ("HTTP/1.0", "Connection: Keep-Alive", true),
            ("HTTP/1.0", "Connection: close, keep-alive", false),
        ]
    )
    func persistence(version: String, line: String, expected: Bool) throws {
        let response = try parseResponse(lines: ["\(version) 200 OK", line, "Content-Length: 0"])
        #expect(response.head.keepAlive == expected)
    }

    @Test(
        "tells challenges that bind a connection",
        arguments: [
            ("NTLM", true), ("Negotiate", true), ("Basic realm=\"a\", Negotiate", true),
            ("Basic realm=\"a\",NTLM", true), ("negotiate oYG", true),
            ("Basic realm=\"ntlm\"", false),
            ("Bearer", false), ("NTLMx", false), ("", false), (",", false),
            ("Digest a=b,  ntlm", true),
        ]
    )
    func challenges(value: String, expected: Bool) throws {
        let response = try parseResponse(
            lines: ["HTTP/1.1 401 Unauthorized", "WWW-Authenticate: \(value)", "Content-Length: 0"])
        #expect(response.head.bindsConnection == expected)
        let second = try parseResponse(lines: [
            "HTTP/1.1 401 Unauthorized", "WWW-Authenticate: Basic", "www-authenticate: \(value)",
            "Content-Length: 0",
        ])
        #expect(second.head.bindsConnection == expected)
    }

    @Test("survives every truncation and every changed byte of a good head")
    func mutations() throws {
        let lines = ["HTTP/1.1 200 OK", "Connection: x, close", "X: y", "Content-Length: 5"]
        let head = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        for count in 0..<head.count {
            #expect(throws: Reason.upstreamMalformed) { try parseResponse(Array(head[..<count])) }
        }
        var accepted = 0
        for place in head.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = head
                changed[place] = byte
                guard let response = try? parseResponse(changed) else { continue }
                accepted += 1
                let again = try parseResponse(Array(response.written.utf8))
                #expect(again.head.body == response.head.body || response.head.body == .untilClose)
                #expect(again.head.status == response.head.status)
            }
        }
        #expect(accepted > 1_000)
    }

    @Test("takes its context from the request")
    func context() throws {
        let request = try parseRequest("HEAD http://a/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        let context = ResponseContext(request.head)
        #expect(context.isHead && context.agentIsVersion10 && context.agentKeepAlive)
        let plain = ResponseContext(try parseRequest(get()).head)
        #expect(!plain.isHead && !plain.agentIsVersion10 && plain.agentKeepAlive)
    }
}
