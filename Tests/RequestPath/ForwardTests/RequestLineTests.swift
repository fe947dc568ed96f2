// Method, target and version, by every byte where the grammar looks at bytes.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import Testing

@Suite("The request line")
struct RequestLineTests {
    @Test(
        "knows the methods it treats differently",
        arguments: [
            ("GET", Method.get), ("HEAD", .head), ("POST", .post), ("PUT", .put),
            ("DELETE", .delete), ("OPTIONS", .options), ("PATCH", .patch), ("get", .other),
            ("PROPFIND", .other), ("M-SEARCH", .other), ("PUSH", .other), ("MERGE", .other),
            ("Delete", .other), ("CONNECTS", .other), ("G", .other),
        ]
    )
    func methods(text: String, method: Method) throws {
        let request = try parseRequest("\(text) http://a/ HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(request.head.method == method)
        #expect(request.method == text)
        #expect(request.written.hasPrefix("\(text) / HTTP/1.1"))
        #expect(!request.head.isTunnel)
    }

    @Test(
        "says which methods may be repeated",
        arguments: [
            ("GET", true), ("HEAD", true), ("PUT", true), ("DELETE", true), ("OPTIONS", true),
            ("POST", false), ("PATCH", false), ("PURGE", false),
        ]
    )
    func replays(text: String, expected: Bool) throws {
        let start = "\(text) http://a/ HTTP/1.1\r\nHost: a\r\n"
        #expect(try parseRequest(start + "\r\n").head.isReplayable == expected)
        let empty = start + "Content-Length: 0\r\n\r\n"
        #expect(try parseRequest(empty).head.isReplayable == expected)
        #expect(try !parseRequest(start + "Content-Length: 1\r\n\r\n").head.isReplayable)
        let chunked = start + "Transfer-Encoding: chunked\r\n\r\n"
        #expect(try !parseRequest(chunked).head.isReplayable)
    }

    @Test("takes exactly the token bytes in a method")
    func methodBytes() {
        for byte in UInt8.min...UInt8.max {
            let line = [65, byte, 66] + Array(" http://a/ HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            var found: Reason?
            do throws(Reason) { _ = try parseRequest(line) } catch { found = error }
            switch byte {
            case 32, 13, 10: #expect(found == .requestLineMalformed, "\(byte)")
            case _ where ASCII.isToken(byte): #expect(found == nil, "\(byte)")
            default: #expect(found == .methodInvalid, "\(byte)")
            }
        }
    }

    @Test(
        "refuses what is not method, target and version with one space between",
        arguments: [
            "GET  http://a/ HTTP/1.1", "GET http://a/  HTTP/1.1", " GET http://a/ HTTP/1.1",
            "GET http://a/ HTTP/1.1 ", "GET http://a/", "GET", "GET http://a/ b HTTP/1.1",
            "GET http://a/ HTTP/", "GET http://a/ http/1.1", "GET http://a/ HTTP/1.x",
            "GET http://a/ HTTP/1.1\tx", "GET http://a/ XTTP/1.1", "GET  HTTP/1.1", "GET ",
        ]
    )
    func malformed(line: String) {
        #expect(refusal(line + "\r\nHost: a\r\n\r\n") == .requestLineMalformed)
    }

    @Test("refuses tabs for spaces")
    func tabs() {
        #expect(refusal("GET\thttp://a/ HTTP/1.1\r\nHost: a\r\n\r\n") == .methodInvalid)
        #expect(refusal("GET http://a/\tHTTP/1.1\r\nHost: a\r\n\r\n") == .requestLineMalformed)
        #expect(refusal("GET http://a/\tb HTTP/1.1\r\nHost: a\r\n\r\n") == .targetMalformed)
    }

    @Test(
        "refuses other versions",
        arguments: [
            "HTTP/0.9", "HTTP/2.0", "HTTP/3", "HTTP/1.2", "HTTP/1.10", "HTTP/11", "HTTP/01.1",
        ]
    )
    func versions(version: String) {
        #expect(refusal("GET http://a/ \(version)\r\nHost: a\r\n\r\n") == .versionUnsupported)
    }

    @Test(
        "refuses line ends that are not CRLF",
        arguments: [
            "GET http://a/ HTTP/1.1\nHost: a\r\n\r\n", "GET http://a/ HTTP/1.1\rHost: a\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\r\nHost: a\r\n\r\n",
            "GET http://a/ HTTP/1.1\u{0}\r\nHost: a\r\n\r\n",
        ]
    )
    func lineEnds(text: String) {
        #expect(refusal(text) == .lineEndingMalformed)
    }

    @Test("refuses TRACE, which would echo credentials")
    func trace() {
        #expect(refusal("TRACE http://a/ HTTP/1.1\r\nHost: a\r\n\r\n") == .methodRefused)
    }

    @Test("survives every truncation of a good head")
    func truncations() {
        let head = Array(post("Content-Length: 5", "Accept: */*", "Connection: close").utf8)
        for count in 0..<head.count {
            #expect(throws: Reason.self) { try parseRequest(Array(head[..<count])) }
        }
    }

    @Test(
        "persists as the version and the Connection field say",
        arguments: [
            ("HTTP/1.1", [], true), ("HTTP/1.1", ["Connection: close"], false),
            ("HTTP/1.1", ["Connection: Close"], false),
            ("HTTP/1.1", ["Connection: keep-alive, close"], false),
            ("HTTP/1.1", ["Connection: te", "Connection: close"], false),
            ("HTTP/1.0", [], false), ("HTTP/1.0", ["Connection: keep-alive"], true),
            ("HTTP/1.0", ["Connection: Keep-Alive"], true),
            ("HTTP/1.0", ["Connection: keep-alive, close"], false),
            ("HTTP/1.0", ["Keep-Alive: timeout=5"], false),
        ] as [(String, [String], Bool)]
    )
    func persistence(version: String, fields: [String], expected: Bool) throws {
        let lines = ["GET http://a/ \(version)", "Host: a"] + fields
        let request = try parseRequest(lines.joined(separator: "\r\n") + "\r\n\r\n")
        #expect(request.head.keepAlive == expected)
        #expect(request.head.isVersion10 == (version == "HTTP/1.0"))
    }
}
