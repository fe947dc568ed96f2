// What a tunnel that may carry anything begins with: told by the first line, however it is cut.

import ClawgressForward
import Testing

@Suite("the opening of a tunnel")
struct TunnelOpeningTests {
    private func judge(_ text: String, limit: Int = 1_024) -> TunnelOpening {
        let bytes = Array(text.utf8)
        return TunnelOpening.judge(bytes.span, limit: limit)
    }

    @Test(
        "is a request where a line of HTTP/1 is complete",
        arguments: [
            "GET / HTTP/1.1\r\n", "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
            "POST http://a/b?c HTTP/1.1\r\n", "connect a:443 HTTP/1.1\r\n", "x-y! / HTTP/1.1\r\n",
            "\r\nGET / HTTP/1.1\r\n", "\r\n\r\nGET / HTTP/1.1\r\n",
        ]
    )
    func requests(text: String) {
        #expect(judge(text) == .request)
    }

    @Test(
        "is a request, too, where only a lenient server would take it for one",
        arguments: [
            "GET / HTTP/1.1\n", "GET  /  HTTP/1.1\r\n", "GET\t/\tHTTP/1.1\r\n",
            "GET / http/1.1\r\n", "GET / HTTP/1.1 \r\n", "GET / HTTP/1.9\r\n",
            "GET /a b HTTP/1.1\r\n", "GET /\u{e9} HTTP/1.1\r\n",
        ]
    )
    func lenient(text: String) {
        #expect(judge(text) == .request)
    }

    @Test(
        "is something else as soon as that is certain",
        arguments: [
            "\u{16}\u{3}\u{1}", "\0\0\0\u{8}", "SSH-2.0-OpenSSH_9.2\r\n", "EHLO me\r\n", "PING\r\n",
            "*1\r\n$4\r\nPING\r\n", "get key\r\n", "{\"a\":1}", "<stream:stream", " GET / HTTP/1.1",
            "GET /\0", "GET / HTTP/2.0\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /\r\n",
            "OPTIONS rtsp://a/b RTSP/1.0\r\n", "OPTIONS sip:a SIP/2.0\r\n", "GET HTTP/1.1x\r\n",
            "HTTP/1.1 200 OK\r\n", "GET / HTTP/1.1\rX", "\rGET / HTTP/1.1\r\n", "\n",
            "\r\n\r\n\r\nGET / HTTP/1.1\r\n", "003egit-upload-pack /a\0host=b\0",
        ]
    )
    func others(text: String) {
        #expect(judge(text) == .other)
    }

    @Test("is undecided up to the end of the line, whatever the cut")
    func pieces() {
        for line in ["GET /path HTTP/1.1\r\n", "\r\nx / HTTP/1.0\r\n", "EHLO some host\r\n"] {
            let bytes = Array(line.utf8)
            for end in 0..<bytes.count {
                let early = TunnelOpening.judge(bytes.span.extracting(0..<end), limit: 100)
                #expect(early == .undecided)
            }
            #expect(judge(line) == (line.hasPrefix("EHLO") ? .other : .request))
        }
    }

    @Test("ends its patience with the length of a head, and with that of a method")
    func limits() {
        let long = "GET /" + String(repeating: "a", count: 95)
        #expect(judge(long, limit: 100) == .request)
        #expect(judge(String(long.dropLast()), limit: 100) == .undecided)
        #expect(judge(String(repeating: "M", count: 64)) == .undecided)
        #expect(judge(String(repeating: "M", count: 65)) == .other)
    }
}
