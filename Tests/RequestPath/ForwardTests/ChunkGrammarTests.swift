// Chunk sizes, extensions and trailers to the letter: two readers of one chunk header must
// never find two ends.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import TestKit
import Testing

@Suite("The grammar of chunks")
struct ChunkGrammarTests {
    /// The reason for which a chunked body is refused, read whole and byte by byte.
    private func refusal(_ text: String) -> Reason? {
        refusal(Array(text.utf8))
    }

    private func refusal(_ bytes: [UInt8]) -> Reason? {
        let whole = read(bytes, pieces: [])
        #expect(read(bytes, pieces: Array(1...max(bytes.count, 1))) == whole)
        return whole
    }

    private func read(_ bytes: [UInt8], pieces: [Int]) -> Reason? {
        do throws(Reason) {
            _ = try BodyReaderTests.payload(bytes, .chunked, pieces: pieces)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "takes sizes in either case and with zeros in front",
        arguments: [
            "a\r\n0123456789\r\n0\r\n\r\n", "A\r\n0123456789\r\n0\r\n\r\n",
            "000000000000000A\r\n0123456789\r\n000\r\n\r\n", "0\r\n\r\n",
        ]
    )
    func sizes(text: String) throws {
        let result = try BodyReaderTests.payload(Array(text.utf8), .chunked, pieces: [])
        #expect(result.isComplete && result.read == text.utf8.count)
    }

    @Test(
        "refuses other sizes",
        arguments: [
            "\r\n", ";\r\n", " 5\r\n", "5 \r\n", "5\t\r\n", "+5\r\n", "-5\r\n", "0x5\r\n", "5h\r\n",
            "g\r\n",
            "00000000000000005\r\n", "4000000000000001\r\n", "ffffffffffffffff\r\n", "5,5\r\n",
            "5\u{0}\r\n",
            "5\n", "5\r5", "5\r\r\n", "5;x\n", "5;x\r5", "\n",
        ]
    )
    func badSizes(text: String) {
        #expect(refusal(text) == .chunkMalformed)
    }

    @Test(
        "wants CRLF behind a chunk",
        arguments: [
            "2\r\nabc", "2\r\nab\n", "2\r\nab\r\r", "2\r\nab0\r\n", "2\r\nab\rx",
        ]
    )
    func chunkEnds(text: String) {
        #expect(refusal(text) == .chunkMalformed)
    }

    @Test(
        "takes extensions that follow the grammar",
        arguments: [
            ";a", ";a=b", ";a;b", ";a=b;c=d", ";a=\"\"", ";a=\"x y;=\"", ";a=\"\\\"\"",
            ";a=\"\u{e9}\";b",
        ]
    )
    func extensions(text: String) {
        #expect(refusal("0\(text)\r\n\r\n") == nil)
        #expect(refusal("1\(text)\r\nx\r\n0\r\n\r\n") == nil)
    }

    @Test(
        "refuses other extensions",
        arguments: [
            ";", ";;", ";=", ";a=", ";a=;b", ";a==b", ";a=b=c", ";a=\"", ";a=\"x\"y", "; a",
            ";a =b",
            ";a= b", ";a=\"\u{1}\"", ";a=\"\\\u{0}\"", ";a(", ";a=b\"", ";a=\"\r\n\"",
        ]
    )
    func badExtensions(text: String) {
        #expect(refusal("0\(text)\r\n\r\n") == .chunkMalformed)
    }

    @Test("bounds the extensions of a chunk, anew for each")
    func extensionLimit() {
        let most = ";" + String(repeating: "a", count: 254)
        #expect(refusal("0\(most)\r\n\r\n") == nil)
        #expect(refusal("1\(most)\r\nx\r\n0\(most)\r\n\r\n") == nil)
        #expect(refusal("0\(most)a\r\n\r\n") == .chunkMalformed)
    }

    @Test(
        "takes trailers",
        arguments: [
            "A: b\r\n", "A:\r\n", "A:b\r\nC: d \t\r\n", "X-Proxy: 1\r\n", "Digest: \u{e9}\r\n",
            "hos: a\r\n",
            "hostx: a\r\n", "Proxy: x\r\n", "grpc-status: 0\r\n", "ETag: \"x\"\r\n",
        ]
    )
    func trailers(text: String) {
        #expect(refusal("0\r\n\(text)\r\n") == nil)
    }

    @Test(
        "refuses trailers that change framing, routing, identity or content",
        arguments: [
            "Content-Length", "Transfer-Encoding", "Host", "Connection", "Keep-Alive", "TE",
            "Trailer",
            "Upgrade", "Expect", "Authorization", "Proxy-Authorization", "Proxy-Connection",
            "Cookie",
            "Set-Cookie", "WWW-Authenticate", "Content-Encoding", "Content-Type", "Content-Range",
            "Cache-Control", "Location", "Clawgress-Decision", "Proxy-X", "Max-Forwards", "Via",
            "Content_Length", "Transfer_Encoding", "Range", "If-Match", "If-None-Match",
            "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Pragma",
            "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "Age", "Date",
            "Expires", "Vary", "Warning", "Retry-After",
        ]
    )
    func refusedTrailers(name: String) {
        for text in [name, name.lowercased(), name.uppercased()] {
            #expect(refusal("0\r\n\(text): x\r\n\r\n") == .trailerMalformed)
            #expect(refusal("0\r\nA: b\r\n\(text): x\r\n\r\n") == .trailerMalformed)
        }
    }

    @Test(
        "refuses trailers that are no fields",
        arguments: [
            "A\r\n", "A b: c\r\n", " A: b\r\n", "A : b\r\n", ": b\r\n", "A: b\n", "A: b\r\r\n",
            "A: \u{0}\r\n",
            "A: b\r\n c\r\n", "A: \u{7f}\r\n", "\n", "\r\r\n",
        ]
    )
    func badTrailers(text: String) {
        #expect(refusal("0\r\n\(text)\r\n") == .trailerMalformed)
    }

    @Test("bounds the trailer section")
    func trailerLimit() {
        let line = "A: " + String(repeating: "x", count: 95) + "\r\n"
        let lines = String(repeating: line, count: 163)
        let last = 16_384 - 163 * 100 - 2
        let rest = "B: " + String(repeating: "y", count: last - 5) + "\r\n"
        #expect(refusal("0\r\n\(lines)\(rest)\r\n") == nil)
        #expect(refusal("0\r\n\(lines)\(rest)C:\r\n\r\n") == .trailerMalformed)
    }

    @Test("takes digits, an extension or the line's end in a size, byte by byte")
    func sizeBytes() {
        for byte in UInt8.min...UInt8.max {
            let isTaken = ASCII.hexadecimalValue(byte) != nil || byte == 13 || byte == 59
            let expected: Reason? = isTaken ? nil : .chunkMalformed
            #expect(refusal([48, byte]) == expected, "\(byte)")
        }
    }

    @Test(
        "never reads past what it was given, whatever the bytes",
        arguments: 1...3 as ClosedRange<UInt64>
    )
    func noise(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let seedBytes = Array("5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\nrest".utf8)
        for _ in 0..<4_000 {
            var bytes = seedBytes
            for _ in 0..<Int.random(in: 1..<4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            let reader = ArrayReader(.chunked)
            guard let count = try? reader.passThrough(bytes, from: 0, to: bytes.count) else {
                continue
            }
            #expect(count <= bytes.count)
            #expect(reader.isComplete || count == bytes.count)
        }
    }
}
