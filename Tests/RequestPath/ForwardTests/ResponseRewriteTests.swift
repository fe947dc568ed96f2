// What the agent gets of an origin's answer.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import Testing

@Suite("The head that the agent gets")
struct ResponseRewriteTests {
    @Test("is this one for an ordinary answer")
    func ordinary() throws {
        let response = try parseResponse(lines: [
            "HTTP/1.1 200 OK", "Server: nginx", "Content-Length: 5", "Connection: keep-alive",
            "X-A:\tb ",
        ])
        #expect(
            response.written
                == "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 5\r\nX-A:\tb \r\n"
                + "Via: 1.1 gw-1\r\n\r\n"
        )
        #expect(response.head.status == 200)
        #expect(response.head.body == .fixed(5))
        #expect(response.head.keepAlive && response.head.keepsAgent)
        #expect(!response.head.isInterim && !response.head.isDechunked)
    }

    @Test(
        "has our version and a complete status line",
        arguments: [
            ("HTTP/1.0 200 OK", "HTTP/1.1 200 OK"), ("HTTP/1.1 200", "HTTP/1.1 200 "),
            ("HTTP/1.1 200 ", "HTTP/1.1 200 "), ("HTTP/1.0 404", "HTTP/1.1 404 "),
            ("HTTP/1.1 299 a b\u{e9}", "HTTP/1.1 299 a b\u{e9}"),
            ("HTTP/1.1 999 x", "HTTP/1.1 999 x"),
        ]
    )
    func statusLine(line: String, expected: String) throws {
        let response = try parseResponse(lines: [line, "Content-Length: 0"])
        #expect(response.written.hasPrefix(expected + "\r\nContent-Length: 0\r\n"))
    }

    @Test(
        "has no field that ends here, in any case",
        arguments: [
            "Connection: keep-alive", "Keep-Alive: timeout=5", "TE: x", "Upgrade: h2c",
            "Proxy-Authenticate: Basic realm=x", "Proxy-Authentication-Info: x",
            "Proxy-Connection: keep-alive", "Clawgress-Decision: allow", "Clawgress-Request-Id: 1",
        ]
    )
    func dropped(line: String) throws {
        for text in [line, line.lowercased()] {
            let response = try parseResponse(
                lines: ["HTTP/1.1 200 OK", "A: 1", text, "B: 2", "Content-Length: 0"])
            #expect(response.fields == ["A: 1", "B: 2", "Content-Length: 0", "Via: 1.1 gw-1"])
        }
    }

    @Test(
        "keeps everything else",
        arguments: [
            "Set-Cookie: a=b", "WWW-Authenticate: Basic", "Trailer: X", "Via: 1.1 o", "Age: 0",
            "Host: odd", "Authorization: odd", "Expect: odd", "Proxied: x",
        ]
    )
    func kept(line: String) throws {
        let response = try parseResponse(lines: [
            "HTTP/1.1 200 OK", line, line, "Content-Length: 0",
        ])
        #expect(response.fields == [line, line, "Content-Length: 0", "Via: 1.1 gw-1"])
    }

    @Test("has no field that Connection names")
    func named() throws {
        let response = try parseResponse(lines: [
            "HTTP/1.0 200 OK", "X-One: 1", "Content-Length: 0", "Connection: X-One, keep-alive",
        ])
        #expect(
            response.written
                == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nVia: 1.0 gw-1\r\n\r\n"
        )
        #expect(response.head.keepAlive)
        #expect(throws: Reason.upstreamMalformed) {
            try parseResponse(lines: ["HTTP/1.1 200 OK", "Connection: content-length"])
        }
    }

    @Test("passes interim answers on without framing or connection")
    func interim() throws {
        let response = try parseResponse(
            lines: ["HTTP/1.1 103 Early Hints", "Link: </a>", "Connection: keep-alive"],
            agentKeepAlive: false
        )
        #expect(response.head.isInterim)
        #expect(response.head.body == .none)
        #expect(
            response.written == "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nVia: 1.1 gw-1\r\n\r\n"
        )
        let old = try parseResponse(lines: ["HTTP/1.1 100 Continue"], agentIsVersion10: true)
        #expect(old.head.isInterim && old.written.isEmpty)
    }

    @Test("says what happens to the agent's connection")
    func connection() throws {
        let fixed = ["HTTP/1.1 200 OK", "Content-Length: 0"]
        let close = try parseResponse(lines: fixed, agentKeepAlive: false)
        #expect(close.fields.contains("Connection: close"))
        #expect(close.head.keepAlive && !close.head.keepsAgent)
        let old = try parseResponse(lines: fixed, agentIsVersion10: true)
        #expect(old.fields.contains("Connection: keep-alive"))
        #expect(old.head.keepsAgent)
        let endless = try parseResponse(lines: ["HTTP/1.1 200 OK"])
        #expect(endless.fields == ["Connection: close", "Via: 1.1 gw-1"])
        #expect(endless.head.body == .untilClose)
        #expect(!endless.head.keepAlive && !endless.head.keepsAgent)
    }

    @Test("keeps the origin's close to itself")
    func originCloses() throws {
        let response = try parseResponse(
            lines: ["HTTP/1.1 200 OK", "Content-Length: 0", "Connection: close"])
        #expect(!response.head.keepAlive && response.head.keepsAgent)
        #expect(!response.written.contains("Connection"))
    }

    @Test("announces chunks to an agent that knows them, and a close to one that does not")
    func chunked() throws {
        let lines = ["HTTP/1.1 200 OK", "Transfer-Encoding:  Chunked", "A: b"]
        let response = try parseResponse(lines: lines)
        #expect(response.fields == ["A: b", "Transfer-Encoding: chunked", "Via: 1.1 gw-1"])
        #expect(response.head.body == .chunked && response.head.keepsAgent)
        let old = try parseResponse(lines: lines, agentIsVersion10: true)
        #expect(old.fields == ["A: b", "Connection: close", "Via: 1.1 gw-1"])
        #expect(old.head.body == .chunked && old.head.isDechunked)
        #expect(old.head.keepAlive && !old.head.keepsAgent)
    }

    @Test("is not written where there is no room")
    func room() throws {
        let input = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
        let needed = try parseResponse(input).written.utf8.count
        #expect(try parseResponse(input, capacity: needed).written.utf8.count == needed)
        #expect(throws: Reason.upstreamMalformed) { try parseResponse(input, capacity: needed - 1) }
    }
}
