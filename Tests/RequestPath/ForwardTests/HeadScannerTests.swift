// The end of a head is found whatever the reads look like, and what can be no head is refused
// before it is complete.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import Testing

@Suite("Finding the end of a head")
struct HeadScannerTests {
    private func scan(
        _ bytes: [UInt8],
        from: Int = 0,
        limit: Int = 1_000
    ) throws(Reason) -> HeadScan {
        try HeadScanner.scan(bytes.span, from: from, limit: limit)
    }

    private func scan(_ text: String, limit: Int = 1_000) throws(Reason) -> HeadScan {
        try scan(Array(text.utf8), limit: limit)
    }

    private func scanResponse(_ text: String, limit: Int = 99) throws(Reason) -> HeadScan {
        let bytes = Array(text.utf8)
        return try HeadScanner.scanResponse(bytes.span, from: 0, limit: limit)
    }

    @Test("finds the end, whatever follows", arguments: ["", "body", "\r\n\r\n", "GET "])
    func end(rest: String) throws {
        let head = "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(try scan(head + rest) == .complete(start: 0, end: head.utf8.count))
    }

    @Test("finds a head without fields")
    func noFields() throws {
        #expect(try scan("CONNECT a:1 HTTP/1.0\r\n\r\n") == .complete(start: 0, end: 24))
    }

    @Test("finds the same end at every split into two reads and byte by byte")
    func splits() throws {
        let bytes = Array("\r\nGET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        for cut in 0..<bytes.count {
            let part = Array(bytes[..<cut])
            guard case .incomplete(let resume) = try scan(part)
            else {
                Issue.record("complete after \(cut) bytes")
                continue
            }
            #expect(resume <= cut)
            #expect(
                try scan(bytes, from: resume)
                    == .complete(start: 2, end: bytes.count)
            )
        }
        var resume = 0
        for count in 1..<bytes.count {
            let part = Array(bytes[..<count])
            guard case .incomplete(let next) = try scan(part, from: resume)
            else {
                Issue.record("complete after \(count) bytes")
                return
            }
            resume = next
        }
        #expect(
            try scan(bytes, from: resume)
                == .complete(start: 2, end: bytes.count)
        )
    }

    @Test("does not look at a byte twice")
    func resumes() throws {
        #expect(try scan("GET http://a/ HTTP/1.1\r\nHos") == .incomplete(resumeAt: 27))
    }

    @Test("passes over two empty lines before the request line and refuses a third")
    func emptyLines() throws {
        let head = "GET http://a/ HTTP/1.1\r\n\r\n"
        let count = head.utf8.count
        #expect(try scan("\r\n" + head) == .complete(start: 2, end: 2 + count))
        #expect(try scan("\r\n\r\n" + head) == .complete(start: 4, end: 4 + count))
        #expect(throws: Reason.requestLineMalformed) { try scan("\r\n\r\n\r\n" + head) }
        #expect(try scan("\r\n") == .incomplete(resumeAt: 0))
        #expect(try scan("\r\n\r") == .incomplete(resumeAt: 0))
        #expect(try scan("") == .incomplete(resumeAt: 0))
    }

    @Test(
        "refuses line ends that are not CRLF at once",
        arguments: [
            "GET http://a/ HTTP/1.1\n", "GET http://a/ HTTP/1.1\r\nHost: a\n", "\rGET",
            "GET http://a/ HTTP/1.1\r\n\n",
        ]
    )
    func lineEnds(text: String) {
        #expect(throws: Reason.lineEndingMalformed) { try scan(text) }
    }

    @Test("refuses a first byte that begins no token")
    func firstByte() throws {
        for byte in UInt8.min...UInt8.max {
            let bytes = [byte, 65, 66]
            let isToken = ASCII.isToken(byte)
            let isEmptyLine = byte == 13
            if isToken {
                #expect(
                    try scan(bytes, from: 0, limit: 9) == .incomplete(resumeAt: 3)
                )
            } else {
                #expect(throws: isEmptyLine ? Reason.lineEndingMalformed : .requestLineMalformed) {
                    try scan(bytes, from: 0, limit: 9)
                }
            }
        }
    }

    @Test("holds the limit to the byte, complete or not")
    func limit() throws {
        let head = "GET http://a/ HTTP/1.1\r\n\r\n"
        let count = head.utf8.count
        #expect(try scan(head, limit: count) == .complete(start: 0, end: count))
        #expect(throws: Reason.headTooLarge) { try scan(head, limit: count - 1) }
        let part = String(head.dropLast(1))
        #expect(throws: Reason.headTooLarge) { try scan(part, limit: part.utf8.count) }
        #expect(try scan(part, limit: part.utf8.count + 1) == .incomplete(resumeAt: 24))
        #expect(try scan("\r\n" + head, limit: count) == .complete(start: 2, end: count + 2))
    }

    @Test("takes from an origin nothing before the head, and has one word for all faults")
    func response() throws {
        let good = "HTTP/1.1 200 OK\r\n\r\nbody"
        #expect(try scanResponse(good) == .complete(start: 0, end: 19))
        #expect(try scanResponse("HTTP/1.1 2") == .incomplete(resumeAt: 10))
        for text in ["\r\nHTTP/1.1 200 OK\r\n\r\n", "<html>", "HTTP/1.1 200 OK\n", "\u{0}"] {
            #expect(throws: Reason.upstreamMalformed) { try scanResponse(text) }
        }
        #expect(throws: Reason.upstreamMalformed) { try scanResponse(good, limit: 18) }
    }
}
