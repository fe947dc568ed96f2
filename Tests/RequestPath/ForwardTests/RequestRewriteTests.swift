// What goes upstream: byte for byte what came, without what ends at the gateway.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import Testing

@Suite("The head that goes upstream")
struct RequestRewriteTests {
    @Test("is this one for an ordinary request")
    func ordinary() throws {
        let request = try parseRequest(
            "GET http://Example.com:80/a/./b?c=d HTTP/1.1\r\n"
                + "Host: Example.com\r\nUser-Agent: curl/8.5\r\nAccept:*/*  \r\n"
                + "Proxy-Authorization: Basic YTpi\r\nProxy-Connection: Keep-Alive\r\n"
                + "x-Odd:\t\"\u{e9}\" \r\n\r\n"
        )
        #expect(
            request.written
                == "GET /a/b?c=d HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl/8.5\r\n"
                + "Accept:*/*  \r\nx-Odd:\t\"\u{e9}\" \r\nVia: 1.1 gw-1\r\n\r\n"
        )
    }

    @Test("keeps earlier Via lines and names the version received")
    func via() throws {
        let request = try parseRequest(get("Via: 1.1 first", version: "HTTP/1.0"))
        #expect(request.fields == ["Host: example.com", "Via: 1.1 first", "Via: 1.0 gw-1"])
    }

    @Test(
        "has no field that ends here, in any case",
        arguments: [
            "Connection: keep-alive", "Keep-Alive: timeout=5", "TE: trailers", "Upgrade: h2c",
            "Proxy-Authorization: Basic YTpi", "Proxy-Connection: keep-alive",
            "Proxy-Authenticate: Basic", "Proxy-Anything: x", "Clawgress-Decision: allow",
            "Clawgress-X: y",
        ]
    )
    func dropped(line: String) throws {
        for text in [line, line.lowercased(), line.uppercased()] {
            let request = try parseRequest(get("A: 1", text, "B: 2"))
            #expect(request.fields == ["Host: example.com", "A: 1", "B: 2", "Via: 1.1 gw-1"])
        }
    }

    @Test(
        "keeps fields whose names only resemble those",
        arguments: [
            "Connections: x", "Proxyauthorization: x", "Clawgressx: y", "TEA: x", "Hosts: x",
            "X-Upgrade: x", "Trailer: X-Sum", "Proxy: x", "Content-Lengths: 5", "V: x", "Te-x: y",
            "Transfer-Encodings: x", "Expectation: x", "A: ", "Keep-Alive-X: y",
        ]
    )
    func kept(line: String) throws {
        #expect(try parseRequest(get(line)).fields == ["Host: example.com", line, "Via: 1.1 gw-1"])
    }

    @Test("has no field that Connection names, before or behind it")
    func named() throws {
        let request = try parseRequest(
            get("X-One: 1", "Keep: 1", "Connection: x-one, close ,X-TWO,,", "X-Two: 2", "x-one: 3")
        )
        #expect(request.fields == ["Host: example.com", "Keep: 1", "Via: 1.1 gw-1"])
        #expect(!request.head.keepAlive)
    }

    @Test(
        "refuses to drop what belongs to the whole way",
        arguments: [
            "Host", "content-length", "Transfer-Encoding", "Authorization", "proxy-authorization",
            "Cookie", "Content-Encoding", "Expect", "Via",
        ]
    )
    func connectionNames(option: String) {
        #expect(refusal(get("Connection: \(option)")) == .connectionFieldRefused)
        #expect(refusal(get("Connection: close, \(option)")) == .connectionFieldRefused)
        #expect(refusal(get("Connection: \(option.uppercased()) , x")) == .connectionFieldRefused)
    }

    @Test(
        "refuses a Connection field that is no list of tokens",
        arguments: [
            "a b", "a;b", "\"close\"", "a/b", "close:x", "@",
        ]
    )
    func connectionGrammar(value: String) {
        #expect(refusal(get("Connection: \(value)")) == .connectionFieldRefused)
    }

    @Test(
        "takes options that are no field names of others, and empty lists",
        arguments: [
            "", ",", "TE", "te, trailers", "Upgrade, HTTP2-Settings",
            "keep-alive, Proxy-Connection",
            "a,b,c,d,e,f,g,h",
        ]
    )
    func connectionOptions(value: String) {
        #expect(refusal(get("Connection: \(value)")) == nil)
    }

    @Test("refuses more named fields than it will look for")
    func connectionLimit() {
        #expect(refusal(get("Connection: a,b,c,d,e,f,g,h,i")) == .connectionFieldRefused)
        #expect(
            refusal(get("Connection: a,b,c,d,e", "Connection: f,g,h,i")) == .connectionFieldRefused
        )
    }

    @Test("is not written where there is no room, and leaves the buffer as it was")
    func room() throws {
        let input = Array(get("Accept: */*").utf8)
        let needed = try parseRequest(input).output.count
        #expect(try parseRequest(input, capacity: needed).output.count == needed)
        #expect(throws: Reason.headTooLarge) { try parseRequest(input, capacity: needed - 1) }

        var out = ByteBuffer(capacity: 1_024)
        out.append("before")
        let bad = Array(get("Accept : */*").utf8)
        #expect(throws: Reason.fieldLineMalformed) {
            try RequestHead.parse(
                bad.span,
                limits: HeadLimits(Limits()),
                gatewayName: [103].span,
                into: &out
            )
        }
        let untouched = out.bytes.string()
        #expect(untouched == "before")
        let head = try RequestHead.parse(
            input.span,
            limits: HeadLimits(Limits()),
            gatewayName: [103].span,
            into: &out
        )
        let host = out.bytes.extracting(head.authority.host).string()
        let text = out.bytes.string()
        #expect(host == "example.com")
        #expect(text.hasPrefix("beforeGET / HTTP/1.1"))
    }
}
