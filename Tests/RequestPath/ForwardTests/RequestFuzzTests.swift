// Random mutations of good heads: whatever comes, the parser answers; and what it accepts means
// the same when the rewritten head is read again.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import TestKit
import Testing

@Suite("Mutated requests")
struct RequestFuzzTests {
    private static let seeds = [
        "GET http://example.com/a/../b?c HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n",
        "POST http://a:8080//x/%7e HTTP/1.1\r\nHost: a:8080\r\nContent-Length: 12\r\n\r\n",
        "PUT http://[::1]:80/ HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n"
            + "Connection: close, x-a\r\nX-A: 1\r\nExpect: 100-continue\r\n\r\n",
        "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n"
            + "Proxy-Authorization: Basic YQ==\r\n\r\n",
        "GET http://192.0.2.1/;p HTTP/1.0\r\nConnection: keep-alive\r\nVia: 1.0 x\r\n\r\n",
    ]
    private static let spice: [[UInt8]] = [
        "\r\n", "\n", "\r", "\0", " ", "\t", ":", ",", "%2e", "%2F", "/../", "//", ";", "#", "\\",
        "@", "Host: b\r\n", "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n",
        "Connection: host\r\n", "http://", "HTTP/1.1", "0x", "..", "[", "]", "é",
    ].map { Array($0.utf8) }

    private func mutate(_ bytes: inout [UInt8], using generator: inout SplitMix64) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0 where place < bytes.count:
            bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1 where place < bytes.count:
            bytes.remove(at: place)
        case 2 where place < bytes.count:
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 3:
            let end = min(bytes.count, place + Int.random(in: 0..<20, using: &generator))
            bytes.insert(contentsOf: bytes[place..<end], at: place)
        default:
            let piece = Self.spice.randomElement(using: &generator) ?? []
            bytes.insert(contentsOf: piece, at: place)
        }
    }

    @Test("are refused, or mean the same when read again", arguments: 1...5 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        var accepted = 0
        for _ in 0..<6_000 {
            var bytes = Array((Self.seeds.randomElement(using: &generator) ?? "").utf8)
            for _ in 0...Int.random(in: 0..<3, using: &generator) {
                mutate(&bytes, using: &generator)
            }
            let parsed: AcceptedRequest
            do throws(Reason) {
                parsed = try parseRequest(bytes)
            } catch {
                continue
            }
            accepted += 1
            try checkAgain(parsed)
        }
        // A fuzzer that never gets through tests nothing.
        #expect(accepted > 100)
    }

    /// Reads what was written as if it had come from an agent of another gateway, because this
    /// one would know that it was here before; an origin must see the same.
    private func checkAgain(_ first: AcceptedRequest) throws {
        if first.head.isTunnel {
            let text = "CONNECT \(first.written) HTTP/1.1\r\nHost: \(first.written)\r\n\r\n"
            let second = try parseRequest(text)
            #expect(second.written == first.written)
            return
        }
        let space = try #require(first.output.firstIndex(of: 32))
        let absolute =
            Array(first.output[...space]) + Array("http://\(first.authority)".utf8)
            + Array(first.output[(space + 1)...])
        let second = try parseRequest(absolute, gatewayName: "gw-2")
        #expect(second.authority == first.authority)
        #expect(second.host == first.host)
        #expect(second.path == first.path)
        #expect(second.target == first.target)
        #expect(second.head.body == first.head.body)
        #expect(second.method == first.method)
        // Nothing is left to drop: only the second Via comes anew, framing goes last.
        #expect(
            second.fields.filter { $0 != "Via: 1.1 gw-2" }.sorted() == first.fields.sorted()
        )
        #expect(!first.written.contains("\0"))
    }

    @Test("are refused without a crash when they are noise")
    func noise() {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<5_000 {
            let length = Int.random(in: 0..<200, using: &generator)
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(throws: Reason.self) { try parseRequest(bytes) }
            _ = try? HeadScanner.scan(bytes.span, from: 0, limit: 100)
            _ = try? parseResponse(bytes)
        }
    }
}
