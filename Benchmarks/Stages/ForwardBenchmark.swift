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
