// CONNECT: one authority, no path, no content, and the Host fields that real clients send.

import ClawgressForward
import ClawgressModel
import Testing

@Suite("CONNECT")
struct TunnelRequestTests {
    private func connect(_ target: String, _ fields: String..., version: String = "HTTP/1.1")
        -> String
    {
        "CONNECT \(target) \(version)\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    @Test(
        "writes the canonical authority and nothing else",
        arguments: [
            ("example.com:443", "example.com", 443, "example.com:443"),
            ("EXAMPLE.com.:443", "example.com", 443, "example.com:443"),
            ("a:80", "a", 80, "a:80"), ("192.0.2.1:8443", "192.0.2.1", 8443, "192.0.2.1:8443"),
            ("[2001:DB8::1]:443", "2001:db8::1", 443, "[2001:db8::1]:443"),
        ] as [(String, String, UInt16, String)]
    )
    func accepted(target: String, host: String, port: UInt16, written: String) throws {
        let request = try parseRequest(
            connect(target, "Host: \(target)", "User-Agent: x", "Proxy-Connection: Keep-Alive")
        )
        #expect(request.head.isTunnel && request.head.method == .connect)
        #expect(request.method == "CONNECT")
        #expect(request.host == host)
        #expect(request.head.authority.port == port)
        #expect(request.authority == written)
        #expect(request.written == written)
        #expect(request.target.isEmpty && request.path.isEmpty)
        #expect(request.head.body == .none)
        #expect(request.head.defaultPort == 443)
        #expect(!request.head.isReplayable)
    }

    @Test(
        "refuses other targets",
        arguments: [
            ("example.com", Reason.portMalformed), ("example.com:", .portMalformed),
            ("example.com:0", .portMalformed), (":443", .hostMalformed),
            ("http://example.com:443", .targetFormUnsupported), ("/", .targetFormUnsupported),
            ("example.com:443/", .targetFormUnsupported), ("*", .portMalformed),
            ("u@example.com:443", .targetUserinfo), ("example.com:443#x", .targetMalformed),
            ("1.2.3:443", .addressMalformed), ("[::1]", .portMalformed),
            ("::1:443", .portMalformed),
            ("example.com:443?x", .portMalformed),
            ("exa\u{e4}mple.com:443", .hostInternationalised),
        ]
    )
    func refused(target: String, reason: Reason) {
        #expect(refusal(connect(target, "Host: \(target)")) == reason)
    }

    @Test("needs a Host field in 1.1 and none in 1.0")
    func hostPresence() throws {
        #expect(refusal(connect("a:443")) == .hostFieldMissing)
        let request = try parseRequest(connect("a:443", version: "HTTP/1.0"))
        #expect(request.authority == "a:443")
        #expect(!request.head.keepAlive)
    }

    @Test(
        "holds Host against the target; a default port may be left out",
        arguments: [
            ("a:443", "a:443", true), ("a:443", "A.:443", true), ("a:443", "a", true),
            ("a:80", "a", true), ("a:8443", "a:8443", true), ("a:8443", "a", false),
            ("a:443", "a:80", false), ("a:443", "b:443", false), ("a:443", "b", false),
            ("a:443", "", false), ("a:443", "a:443, b", false), ("[::1]:443", "[0::1]", true),
            ("[::1]:443", "[::2]", false), ("192.0.2.1:443", "192.0.2.1", true),
            ("a:443", "u@a:443", false),
        ]
    )
    func hostField(target: String, host: String, matches: Bool) {
        let expected: Reason? = matches ? nil : .hostFieldMismatch
        #expect(refusal(connect(target, "Host: \(host)")) == expected)
        #expect(refusal(connect(target, "Host: \(host)", version: "HTTP/1.0")) == expected)
    }

    @Test("refuses content, but not the remark that there is none")
    func content() throws {
        #expect(refusal(connect("a:443", "Host: a:443", "Content-Length: 1")) == .framingAmbiguous)
        #expect(
            refusal(connect("a:443", "Host: a:443", "Transfer-Encoding: chunked"))
                == .framingAmbiguous
        )
        let none = try parseRequest(connect("a:443", "Host: a:443", "Content-Length: 0"))
        #expect(none.head.body == .none)
    }

    @Test(
        "judges its fields like those of any request",
        arguments: [
            ("Host : a", Reason.fieldLineMalformed), (" folded", .fieldFolded),
            ("Connection: host", .connectionFieldRefused), ("Expect: x", .expectationUnsupported),
            ("Host: a:443", .hostFieldMismatch),
        ]
    )
    func fields(line: String, reason: Reason) {
        #expect(refusal(connect("a:443", "Host: a:443", line)) == reason)
    }

    @Test("finds the credentials in the input")
    func credentials() throws {
        let request = try parseRequest(
            connect("a:443", "Host: a:443", "proxy-authorization:  Basic YTpi ")
        )
        #expect(request.proxyAuthorization == "Basic YTpi")
    }
}
