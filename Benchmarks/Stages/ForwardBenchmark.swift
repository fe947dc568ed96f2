// What reading and rewriting a head costs: the largest share of a plain request that is spent
// on HTTP itself.

import ClawgressBytes
import ClawgressForward
import ClawgressModel

/// Measures the parsers on the heads of an ordinary request and of its answer.
func measureForward() -> [(name: String, nanoseconds: Double)] {
    let bench = ForwardBench()
    return [
        bench.measureRequest("request head, 4 fields, parse and rewrite", bench.request),
        bench.measureRequest("CONNECT head, parse", bench.tunnel),
        bench.measureScan(),
        bench.measureHello(),
        bench.measureResponse(),
        bench.measureChunks(),
    ]
}

private struct ForwardBench {
    let request = Array(
        ("GET http://origin.test/simple/index?x=1 HTTP/1.1\r\nHost: origin.test\r\n"
            + "User-Agent: curl/8.5.0\r\nAccept: */*\r\n"
            + "Proxy-Authorization: Basic Y3Jhdw==\r\n\r\n")
            .utf8
    )
    let tunnel = Array(
        ("CONNECT origin.test:443 HTTP/1.1\r\nHost: origin.test:443\r\nUser-Agent: curl/8.5.0\r\n"
            + "Proxy-Authorization: Basic Y3Jhdw==\r\nProxy-Connection: Keep-Alive\r\n\r\n").utf8
    )
    /// A ClientHello of 512 bytes with the name behind four other extensions.
    let hello: [UInt8] = {
        let name = Array("origin.test".utf8)
        let serverName: [UInt8] = [0, 0, 0, 16, 0, 14, 0, 0, 11] + name
        let others: [UInt8] = (0..<4).flatMap { [0x7A, $0, 0, 1, 0] }
        let padding = [UInt8](repeating: 0, count: 375)
        let extensions = others + serverName + [0, 21, 1, 0x77] + padding
        let fixed: [UInt8] = [3, 3] + [UInt8](repeating: 7, count: 32) + [32]
        let ciphers: [UInt8] = [0, 16] + [UInt8](repeating: 0x13, count: 16) + [1, 0]
        let body = fixed + [UInt8](repeating: 9, count: 32) + ciphers + [1, 0xA3] + extensions
        return [22, 3, 1, 2, 0, 1, 0, 1, 0xFC] + body
    }()
    let response = Array(
        ("HTTP/1.1 200 OK\r\nServer: nginx/1.24.0\r\nContent-Type: text/plain\r\n"
            + "Content-Length: 1024\r\nConnection: keep-alive\r\n\r\n").utf8
    )
    let chunks = Array("400\r\n\(String(repeating: "x", count: 1_024))\r\n0\r\n\r\n".utf8)
    let name = Array("gw-1".utf8)
    let limits = HeadLimits(Limits())

    func measureRequest(
        _ label: String,
        _ head: [UInt8]
    ) -> (name: String, nanoseconds: Double) {
        var out = ByteBuffer(capacity: 8_192)
        return measure(label, iterations: 200_000) { _ in
            out.removeAll()
            let parsed = try? RequestHead.parse(
                head.span,
                limits: limits,
                gatewayName: name.span,
                into: &out
            )
            return parsed.map { $0.authorityText.upperBound &+ out.count } ?? 0
        }
    }

    func measureScan() -> (name: String, nanoseconds: Double) {
        measure("request head, scan for its end", iterations: 200_000) { _ in
            let scan = try? HeadScanner.scan(request.span, from: 0, limit: 65_536)
            guard case .complete(_, let end)? = scan else { return 0 }
            return end
        }
    }

    func measureHello() -> (name: String, nanoseconds: Double) {
        var out = ByteBuffer(capacity: 8_192)
        let host = Array("origin.test".utf8)
        return measure("ClientHello of 517 bytes, read and compare", iterations: 200_000) { _ in
            out.removeAll()
            var reader = ClientHelloReader()
            let read = try? reader.read(hello.span, limit: 16_384, into: &out)
            guard let found = read ?? nil else { return 0 }
            let fits: Void? = try? found.check(
                out.bytes,
                host: host.span,
                kind: .name,
                ech: .allow
            )
            return fits == nil ? 0 : found.end
        }
    }

    func measureResponse() -> (name: String, nanoseconds: Double) {
        var out = ByteBuffer(capacity: 8_192)
        let context = ResponseContext(isHead: false, agentIsVersion10: false, agentKeepAlive: true)
        return measure("response head, parse and rewrite", iterations: 200_000) { _ in
            out.removeAll()
            let parsed = try? ResponseHead.parse(
                response.span,
                request: context,
                limits: limits,
                gatewayName: name.span,
                into: &out
            )
            return parsed.map { $0.status &+ out.count } ?? 0
        }
    }

    func measureChunks() -> (name: String, nanoseconds: Double) {
        measure("chunked body, one chunk and the end", iterations: 200_000) { _ in
            var reader = BodyReader(.chunked)
            return (try? reader.passThrough(chunks.span, from: 0, to: chunks.count)) ?? 0
        }
    }
}
