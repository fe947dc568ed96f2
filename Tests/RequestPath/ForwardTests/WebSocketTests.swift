// The one upgrade that is passed on, and what is done about all others.

import ClawgressForward
import ClawgressModel
import Testing

private let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
private let version = "Sec-WebSocket-Version: 13"
private let opening = ["Connection: Upgrade", "Upgrade: websocket", key, version]

private func request(
    _ fields: [String],
    method: String = "GET",
    version: String = "HTTP/1.1"
) -> String {
    "\(method) http://example.com/chat \(version)\r\nHost: example.com\r\n"
        + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

@Suite("The opening of a WebSocket")
struct WebSocketRequestTests {
    @Test("is passed on with fields written anew")
    func passes() throws {
        let parsed = try parseRequest(
            request(opening + ["Origin: http://a", "Sec-WebSocket-Protocol: chat"])
        )
        #expect(parsed.head.asksWebSocket && parsed.head.body == .none)
        #expect(
            parsed.fields == [
                "Host: example.com", key, version, "Origin: http://a",
                "Sec-WebSocket-Protocol: chat", "Connection: Upgrade", "Upgrade: websocket",
                "Via: 1.1 gw-1",
            ]
        )
    }

    @Test(
        "is recognised in every spelling",
        arguments: [
            ["connection: upgrade", "upgrade: WebSocket", key, version],
            ["CONNECTION: keep-alive, UPGRADE", "UPGRADE: WEBSOCKET", key.uppercased(), version],
            [version, key, "Upgrade: ,websocket ,", "Connection: close,Upgrade"],
            opening + ["Content-Length: 0"],
        ]
    )
    func spellings(fields: [String]) throws {
        let parsed = try parseRequest(request(fields))
        #expect(parsed.head.asksWebSocket)
        #expect(parsed.fields.filter { $0 == "Upgrade: websocket" }.count == 1)
        #expect(parsed.fields.filter { $0.lowercased().hasPrefix("connection") }.count == 1)
    }

    @Test(
        "is refused where it is not exactly one",
        arguments: [
            ["Upgrade: websocket", key, version],
            ["Connection: keep-alive", "Upgrade: websocket", key, version],
            ["Connection: Upgrade", "Upgrade: websocket, h2c", key, version],
            ["Connection: Upgrade", "Upgrade: h2c,websocket", key, version],
            ["Connection: Upgrade", "Upgrade: websocket", "Upgrade: h2c", key, version],
            ["Connection: Upgrade", "Upgrade: websocket", "Upgrade: websocket", key, version],
            ["Connection: Upgrade", "Upgrade: websocket,websocket", key, version],
            ["Connection: Upgrade", "Upgrade: websocket, websocket/13", key, version],
            ["Connection: Upgrade", "Upgrade: websocket"],
            ["Connection: Upgrade", "Upgrade: websocket", key],
            ["Connection: Upgrade", "Upgrade: websocket", version],
            opening + [key], opening + [version], opening + ["Sec-WebSocket-Version: 8"],
            ["Connection: Upgrade", "Upgrade: websocket", key, "Sec-WebSocket-Version: 777"],
            ["Connection: Upgrade", "Upgrade: websocket", key, "Sec-WebSocket-Version: 13, 8"],
            ["Connection: Upgrade", "Upgrade: websocket", key, "Sec-WebSocket-Version:"],
            ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key:", version],
            ["Connection: Upgrade", "Upgrade: websocket", key + "=", version],
            [
                "Connection: Upgrade", "Upgrade: websocket",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=a", version,
            ],
            [
                "Connection: Upgrade", "Upgrade: websocket",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j?Q==", version,
            ],
            opening + ["Content-Length: 1"], opening + ["Transfer-Encoding: chunked"],
        ]
    )
    func refused(fields: [String]) {
        #expect(refusal(request(fields)) == .upgradeRefused)
    }

    @Test(
        "is refused with every method but GET",
        arguments: ["HEAD", "POST", "OPTIONS", "X", "get"]
    )
    func methods(method: String) {
        #expect(refusal(request(opening, method: method)) == .upgradeRefused)
    }

    @Test(
        "is no wish that is passed over: the request is an ordinary one",
        arguments: [
            ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"],
            ["Connection: Upgrade", "Upgrade: TLS/1.3"], ["Upgrade: h2c"],
            ["Connection: Upgrade", "Upgrade: h2c, foo/2"], ["Connection: Upgrade"],
            ["Connection: Upgrade", "Upgrade: websocket/13"], ["Connection: Upgrade", "Upgrade:"],
            ["Connection: Upgrade", "Upgrade: web socket"], ["Connection: Upgrade", "Upgrade: ,"],
        ]
    )
    func ordinary(fields: [String]) throws {
        let parsed = try parseRequest(request(fields))
        #expect(!parsed.head.asksWebSocket)
        #expect(parsed.fields == ["Host: example.com", "Via: 1.1 gw-1"])
    }

    @Test("is passed over in HTTP/1.0, which has no upgrades")
    func version10() throws {
        let parsed = try parseRequest(request(opening, version: "HTTP/1.0"))
        #expect(!parsed.head.asksWebSocket)
        #expect(parsed.fields == ["Host: example.com", key, version, "Via: 1.0 gw-1"])
    }

    @Test("means nothing to a CONNECT")
    func tunnel() throws {
        let fields = opening.map { $0 + "\r\n" }.joined()
        let parsed = try parseRequest("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\(fields)\r\n")
        #expect(!parsed.head.asksWebSocket && parsed.written == "a:443")
    }
}

@Suite("The answer to the opening of a WebSocket")
struct WebSocketAnswerTests {
    private static let line = "HTTP/1.1 101 Switching Protocols"

    @Test("is passed on with fields written anew, and is no interim answer")
    func passes() throws {
        let accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        for fields in [
            ["Upgrade: websocket", "Connection: Upgrade", accept],
            [accept, "connection: keep-alive,upgrade", "upgrade: WebSocket", "Content-Length: 0"],
        ] {
            for keepAlive in [true, false] {
                let parsed = try parseResponse(
                    lines: [Self.line] + fields,
                    agentKeepAlive: keepAlive,
                    asksWebSocket: true
                )
                #expect(parsed.head.switchesProtocols && !parsed.head.isInterim)
                #expect(parsed.head.body == .none)
                #expect(
                    parsed.fields == [
                        accept, "Connection: Upgrade", "Upgrade: websocket", "Via: 1.1 gw-1",
                    ]
                )
            }
        }
    }

    @Test(
        "is refused where it opens something else, or nothing",
        arguments: [
            [], ["Upgrade: websocket"], ["Connection: Upgrade"],
            ["Connection: keep-alive", "Upgrade: websocket"],
            ["Connection: Upgrade", "Upgrade: h2c"],
            ["Connection: Upgrade", "Upgrade: websocket, h2c"],
            ["Connection: Upgrade", "Upgrade: websocket", "Upgrade: websocket"],
            ["Connection: Upgrade", "Upgrade: websocket/13"],
            ["Connection: Upgrade", "Upgrade: websocket", "Content-Length: 1"],
            ["Connection: Upgrade", "Upgrade: websocket", "Transfer-Encoding: chunked"],
        ]
    )
    func refused(fields: [String]) {
        #expect(throws: Reason.upstreamMalformed) {
            try parseResponse(lines: [Self.line] + fields, asksWebSocket: true)
        }
    }

    @Test("is refused in HTTP/1.0, and where nobody asked")
    func unasked() {
        let fields = ["Upgrade: websocket", "Connection: Upgrade"]
        #expect(throws: Reason.upstreamMalformed) {
            try parseResponse(lines: ["HTTP/1.0 101 Switching"] + fields, asksWebSocket: true)
        }
        #expect(throws: Reason.upstreamMalformed) { try parseResponse(lines: [Self.line] + fields) }
    }

    @Test("may be any other answer, which is an ordinary one", arguments: [200, 400, 404, 426])
    func others(status: Int) throws {
        let parsed = try parseResponse(
            lines: [
                "HTTP/1.1 \(status) X", "Upgrade: websocket", "Connection: upgrade",
                "Content-Length: 2",
            ],
            asksWebSocket: true
        )
        #expect(parsed.head.status == status && !parsed.head.switchesProtocols)
        #expect(parsed.head.body == .fixed(2))
        #expect(parsed.fields == ["Content-Length: 2", "Via: 1.1 gw-1"])
    }

    @Test("may follow interim answers")
    func interim() throws {
        let parsed = try parseResponse(lines: ["HTTP/1.1 100 Continue"], asksWebSocket: true)
        #expect(parsed.head.isInterim && !parsed.head.switchesProtocols)
    }

    @Test("is expected of a request that asked for it, and of no other")
    func context() throws {
        #expect(ResponseContext(try parseRequest(request(opening)).head).asksWebSocket)
        #expect(!ResponseContext(try parseRequest(get()).head).asksWebSocket)
    }
}
