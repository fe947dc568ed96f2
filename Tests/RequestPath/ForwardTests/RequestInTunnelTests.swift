// Requests in a tunnel: origin form, and the one authority that the tunnel was opened for.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import Testing

@Suite("requests in a tunnel")
struct RequestInTunnelTests {
    private func parse(
        _ text: String,
        to authority: String = "example.com:8080"
    ) throws(Reason) -> AcceptedRequest {
        let input = Array(text.utf8)
        var out = ByteBuffer(capacity: 8_192)
        let destination = Array(authority.utf8)
        let name = Array("gw-1".utf8)
        let head = try RequestHead.parse(
            input.span,
            inTunnelTo: destination.span,
            limits: HeadLimits(fieldCount: 64),
            gatewayName: name.span,
            into: &out
        )
        return AcceptedRequest(head: head, input: input, output: out.bytes.array())
    }

    private func refusal(_ text: String, to authority: String = "example.com:8080") -> Reason? {
        do throws(Reason) {
            _ = try parse(text, to: authority)
            return nil
        } catch {
            return error
        }
    }

    @Test("are written as if they had named the tunnel's authority")
    func written() throws {
        let inside = try parse(
            "POST /a/../b?c=1 HTTP/1.1\r\nHost: EXAMPLE.com:8080\r\nX: y\r\n"
                + "Proxy-Authorization: Basic eA==\r\nContent-Length: 3\r\n\r\n"
        )
        let outside = try parseRequest(
            "POST http://example.com:8080/a/../b?c=1 HTTP/1.1\r\nHost: example.com:8080\r\nX: y\r\n"
                + "Content-Length: 3\r\n\r\n"
        )
        #expect(inside.written == outside.written)
        #expect(inside.written.hasPrefix("POST /b?c=1 HTTP/1.1\r\nHost: example.com:8080\r\n"))
        #expect(inside.host == "example.com" && inside.head.authority.port == 8080)
        #expect(inside.path == "/b" && inside.target == "/b?c=1" && !inside.head.isTunnel)
        #expect(inside.head.body == .fixed(3))
    }

    @Test(
        "may leave the port of http out of Host, and no other",
        arguments: [
            ("example.com:80", "example.com", nil), ("example.com:80", "example.com:80", nil),
            ("example.com:443", "example.com:443", nil), ("[2001:db8::1]:80", "[2001:DB8::1]", nil),
            ("example.com:443", "example.com", .hostFieldMismatch),
            ("example.com:8080", "example.com", .hostFieldMismatch),
            ("example.com:8080", "other.example:8080", .hostFieldMismatch),
            ("example.com:8080", "example.com:80", .hostFieldMismatch),
        ] as [(String, String, Reason?)]
    )
    func hosts(authority: String, host: String, reason: Reason?) {
        #expect(refusal("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n", to: authority) == reason)
    }

    @Test("need a Host in 1.1 and none in 1.0")
    func hostPresence() {
        #expect(refusal("GET / HTTP/1.1\r\n\r\n") == .hostFieldMissing)
        #expect(refusal("GET / HTTP/1.0\r\n\r\n") == nil)
    }

    @Test(
        "have no target that names an authority, nor none at all",
        arguments: [
            ("GET http://example.com:8080/ HTTP/1.1", Reason.targetFormUnsupported),
            ("GET http://other.example/ HTTP/1.1", .targetFormUnsupported),
            ("GET https://example.com/ HTTP/1.1", .targetFormUnsupported),
            ("OPTIONS * HTTP/1.1", .targetFormUnsupported),
            ("CONNECT example.com:8080 HTTP/1.1", .targetFormUnsupported),
            ("CONNECT / HTTP/1.1", .targetFormUnsupported),
            ("TRACE / HTTP/1.1", .methodRefused), ("connect / HTTP/1.1", .methodRefused),
            ("GET /a%2fb HTTP/1.1", .pathMalformed), ("GET /#a HTTP/1.1", .targetMalformed),
            ("GET /a\\b HTTP/1.1", .targetMalformed), ("GET  / HTTP/1.1", .requestLineMalformed),
        ]
    )
    func targets(line: String, reason: Reason) {
        #expect(refusal("\(line)\r\nHost: example.com:8080\r\n\r\n") == reason)
    }

    @Test("are framed and upgraded like any other")
    func framing() throws {
        let both = "POST / HTTP/1.1\r\nHost: example.com:8080\r\nContent-Length: 1\r\n"
        #expect(refusal(both + "Transfer-Encoding: chunked\r\n\r\n") == .framingAmbiguous)
        let opening =
            "GET /chat HTTP/1.1\r\nHost: example.com:8080\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        #expect(try parse(opening).head.asksWebSocket)
    }
}
