// Framing fields with every byte in every place where a careless reader might take it for
// nothing: such a byte never changes how long a message is held to be.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import Testing

@Suite("Framing, byte by byte")
struct FramingBytesTests {
    private static let chunked = Array("Transfer-Encoding: chunked".utf8)
    private static let length = Array("Content-Length: 10".utf8)

    /// A POST with these field lines behind Host.
    private func head(_ lines: [[UInt8]]) -> [UInt8] {
        let start = Array("POST http://a/ HTTP/1.1\r\nHost: a\r\n".utf8)
        return start + lines.flatMap { $0 + [13, 10] } + [13, 10]
    }

    /// How long the content is held to be; nil if the head is refused.
    private func body(_ lines: [UInt8]...) -> BodyLength? {
        try? parseRequest(head(lines)).head.body
    }

    @Test("a byte around a coding is a blank or a refusal")
    func aroundCoding() {
        let name = Array("Transfer-Encoding:".utf8)
        let value = Array("chunked".utf8)
        for byte in UInt8.min...UInt8.max {
            let isBlank = byte == 32 || byte == 9
            let expected: BodyLength? = isBlank ? .chunked : nil
            #expect(body(name + [byte] + value) == expected, "\(byte) before")
            #expect(body(name + value + [byte]) == expected, "\(byte) behind")
            #expect(body(name + Array("chun".utf8) + [byte] + Array("ked".utf8)) == nil, "\(byte)")
        }
    }

    @Test("a byte around a length is a blank, a digit or a refusal")
    func aroundLength() {
        let name = Array("Content-Length:".utf8)
        for byte in UInt8.min...UInt8.max {
            let isBlank = byte == 32 || byte == 9
            let digit: UInt64? = ASCII.isDigit(byte) ? UInt64(byte - 48) : nil
            let before: BodyLength? =
                isBlank
                ? .fixed(10) : digit.flatMap { $0 == 0 ? nil : .fixed($0 * 100 + 10) }
            #expect(body(name + [byte] + Array("10".utf8)) == before, "\(byte) before")
            let behind: BodyLength? = isBlank ? .fixed(10) : digit.map { .fixed(100 + $0) }
            #expect(body(name + Array("10".utf8) + [byte]) == behind, "\(byte) behind")
            let within: BodyLength? = digit.map { .fixed(100 + $0 * 10) }
            #expect(body(name + [49, byte, 48]) == within, "\(byte) within")
        }
    }

    @Test("a byte in a framing field's name makes it another field or a refusal")
    func inNames() {
        for field in [Self.chunked, Self.length] {
            let colon = field.firstIndex(of: 58) ?? 0
            for place in 0...colon {
                for byte in UInt8.min...UInt8.max where byte != 58 {
                    let line = Array(field[..<place]) + [byte] + Array(field[place...])
                    let found = body(line)
                    let expected: BodyLength? = ASCII.isToken(byte) ? BodyLength.none : nil
                    #expect(found == expected, "\(byte) at \(place)")
                }
            }
        }
    }

    @Test("a length is never believed beside chunks, however either is spelled")
    func both() {
        let codings = ["Transfer-Encoding: chunked", "transfer-encoding:\tCHUNKED "]
        let lengths = ["Content-Length: 0", "content-length:10", "CONTENT-LENGTH:\t10\t"]
        for coding in codings {
            for length in lengths {
                #expect(refusal(post(coding, length)) == .framingAmbiguous)
                #expect(refusal(post(length, "A: b", coding)) == .framingAmbiguous)
            }
        }
    }

    @Test(
        "names that CGI cannot tell from framing fields are refused, and no others",
        arguments: ["Content_Length: 5", "content_length: 0", "Transfer_Encoding: chunked"]
    )
    func lookalikes(line: String) {
        #expect(refusal(post(line)) == .framingAmbiguous)
        #expect(refusal(get("A: b", line.uppercased())) == .framingAmbiguous)
        let name = line.prefix { $0 != ":" }
        #expect(refusal(get("Connection: \(name)")) == .connectionFieldRefused)
        #expect(refusal(get("X_\(line)", "Content_Type: a", "Transfer_Encodings: b")) == nil)
    }

    @Test("a folded line is refused wherever it stands, blank ones too")
    func folding() {
        let lines = ["Accept: */*", "Content-Length: 5", "X: y"]
        for fold in [" ", "\t", " z", "\tchunked", "  ", " \t "] {
            for place in 0...lines.count {
                var folded = lines
                folded.insert(fold, at: place)
                let head =
                    "POST http://a/ HTTP/1.1\r\nHost: a\r\n" + folded.joined(separator: "\r\n")
                #expect(refusal(head + "\r\n\r\n") == .fieldFolded, "\(folded)")
            }
        }
    }

    @Test("a line that ends in anything but CRLF is refused wherever it stands")
    func lineEnds() {
        let good = Array(post("Accept: */*", "Content-Length: 5").utf8)
        let feeds = good.indices.filter { good[$0] == 10 }
        for feed in feeds.dropLast() {
            var bare = good
            bare.remove(at: feed - 1)
            var alone = good
            alone.remove(at: feed)
            var doubled = good
            doubled.insert(13, at: feed)
            for head in [bare, alone, doubled] {
                #expect(throws: Reason.self) { try parseRequest(head) }
            }
        }
    }

    @Test("a second request behind a head belongs to no field of the first")
    func splitByValues() {
        let smuggled = "GET http://a/secret HTTP/1.1"
        for separator in ["\n", "\r", "\r\r\n", "\n\r\n"] {
            #expect(refusal(get("A: b\(separator)\(separator)\(smuggled)")) == .lineEndingMalformed)
        }
    }

    @Test(
        "other protocols' first words are refused",
        arguments: [
            ("PRI * HTTP/2.0\r\n\r\n", Reason.versionUnsupported),
            ("GET http://a/\r\n\r\n", .requestLineMalformed),
            ("GET /\r\n\r\n", .requestLineMalformed),
            ("EHLO a\r\n\r\n", .requestLineMalformed),
            ("GET http://a/ RTSP/1.0\r\n\r\n", .requestLineMalformed),
            ("GET http://a/ HTTP/1.1 \r\n\r\n", .requestLineMalformed),
            ("GET http://a/ HTTP/3.0\r\n\r\n", .versionUnsupported),
        ]
    )
    func otherProtocols(head: String, reason: Reason) {
        #expect(refusal(head) == reason)
    }

    @Test(
        "every method's content is framed alike",
        arguments: ["GET", "HEAD", "DELETE", "OPTIONS"]
    )
    func methods(method: String) throws {
        let start = "\(method) http://a/ HTTP/1.1\r\nHost: a\r\n"
        let fixed = try parseRequest(start + "Content-Length: 5\r\n\r\n")
        #expect(fixed.head.body == .fixed(5) && fixed.fields.contains("Content-Length: 5"))
        let chunked = try parseRequest(start + "Transfer-Encoding: chunked\r\n\r\n")
        #expect(chunked.head.body == .chunked)
        #expect(try parseRequest(start + "\r\n").head.body == .none)
    }

    @Test("what cannot become a status line is refused at its first wrong byte")
    func statusStart() throws {
        let good = Array("HTTP/1.1 200 OK".utf8)
        for count in 1...good.count {
            let part = Array(good[..<count])
            let found = try HeadScanner.scanResponse(part.span, from: 0, limit: 99)
            #expect(found == .incomplete(resumeAt: count))
            guard count <= 7 else { continue }
            for byte in UInt8.min...UInt8.max where byte != part[count - 1] {
                var wrong = part
                wrong[count - 1] = byte
                #expect(throws: Reason.upstreamMalformed) {
                    try HeadScanner.scanResponse(wrong.span, from: 0, limit: 99)
                }
            }
        }
    }
}
