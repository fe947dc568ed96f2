// Field lines of requests: their grammar, and those that decide about framing and routing.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import Testing

@Suite("The fields of a request")
struct RequestFieldsTests {
    @Test(
        "are refused where their grammar is broken",
        arguments: [
            ("Accept : */*", Reason.fieldLineMalformed), ("Accept", .lineEndingMalformed),
            (": x", .fieldLineMalformed), ("A b: x", .fieldLineMalformed),
            ("A\u{0}: x", .fieldLineMalformed), ("A: x\u{0}y", .fieldLineMalformed),
            ("A: x\u{1}", .fieldLineMalformed), ("A: x\u{7f}", .fieldLineMalformed),
            ("A: x\ny: z", .lineEndingMalformed), ("A: x\ry", .lineEndingMalformed),
            ("A\n: x", .lineEndingMalformed), (" folded", .fieldFolded), ("\tfolded", .fieldFolded),
            ("A\u{e9}: x", .fieldLineMalformed), ("A(: x", .fieldLineMalformed),
        ]
    )
    func grammar(line: String, reason: Reason) {
        #expect(refusal(get(line)) == reason)
        #expect(refusal(get(line, "Accept: */*")) == reason)
    }

    @Test("are refused when the first one is folded")
    func firstFolded() {
        #expect(refusal("GET http://a/ HTTP/1.1\r\n Host: a\r\n\r\n") == .fieldFolded)
    }

    @Test("take exactly field text in values, wherever in the line the byte stands")
    func valueBytes() {
        for length in 0..<18 {
            for byte in UInt8.min...UInt8.max {
                let value = [UInt8](repeating: 97, count: length) + [byte] + Array("bcdefgh".utf8)
                let head =
                    Array("GET http://a/ HTTP/1.1\r\nHost: a\r\nX:".utf8) + value
                    + Array("\r\n\r\n".utf8)
                var found: Reason?
                do throws(Reason) { _ = try parseRequest(head) } catch { found = error }
                let expected: Reason? =
                    ASCII.isFieldText(byte)
                    ? nil
                    : byte == 10 || byte == 13 ? .lineEndingMalformed : .fieldLineMalformed
                #expect(found == expected, "byte \(byte) after \(length)")
            }
        }
    }

    @Test("take exactly token bytes in names")
    func nameBytes() {
        for byte in UInt8.min...UInt8.max where byte != 58 {
            let head =
                Array("GET http://a/ HTTP/1.1\r\nHost: a\r\nX".utf8) + [byte]
                + Array("Y: z\r\n\r\n".utf8)
            var found: Reason?
            do throws(Reason) { _ = try parseRequest(head) } catch { found = error }
            let expected: Reason? =
                ASCII.isToken(byte)
                ? nil
                : byte == 10 || byte == 13 ? .lineEndingMalformed : .fieldLineMalformed
            #expect(found == expected, "byte \(byte)")
        }
    }

    @Test("are at most as many as the limit says")
    func count() {
        #expect(refusal(get("A: 1", "B: 2"), fieldCount: 3) == nil)
        #expect(refusal(get("A: 1", "B: 2"), fieldCount: 2) == .tooManyFields)
    }

    @Test(
        "must agree with the target about the host",
        arguments: [
            ("a", "a", nil), ("a", "A", nil), ("a", "a.", nil), ("a", "a:80", nil),
            ("a:80", "a", nil),
            ("a:81", "a:81", nil), ("a", " a ", nil), ("[::1]", "[0:0::1]", nil),
            ("a", "b", .hostFieldMismatch), ("a", "a:81", .hostFieldMismatch),
            ("a:81", "a", .hostFieldMismatch), ("a", "", .hostFieldMismatch),
            ("a", "a,a", .hostFieldMismatch), ("a", "a b", .hostFieldMismatch),
            ("a", "http://a", .hostFieldMismatch), ("a", "a/", .hostFieldMismatch),
            ("a", "u@a", .hostFieldMismatch), ("192.0.2.1", "192.0.2.1", nil),
            ("192.0.2.1", "192.0.2.01", .hostFieldMismatch),
            ("192.0.2.1", "[::ffff:192.0.2.1]", .hostFieldMismatch),
        ] as [(String, String, Reason?)]
    )
    func host(target: String, host: String, reason: Reason?) {
        #expect(refusal("GET http://\(target)/ HTTP/1.1\r\nHost:\(host)\r\n\r\n") == reason)
    }

    @Test("must hold one Host in 1.1")
    func hostCount() {
        #expect(refusal("GET http://a/ HTTP/1.1\r\n\r\n") == .hostFieldMissing)
        #expect(refusal("GET http://a/ HTTP/1.0\r\n\r\n") == nil)
        #expect(refusal(get("Host: example.com")) == .hostFieldMismatch)
        #expect(refusal(get("host: other")) == .hostFieldMismatch)
    }

    @Test(
        "give the length as one plain number",
        arguments: [
            ("0", 0), ("1", 1), ("4611686018427387904", 1 << 62), (" 7\t", 7),
        ] as [(String, UInt64)]
    )
    func length(text: String, value: UInt64) throws {
        let request = try parseRequest(post("Content-Length:\(text)"))
        #expect(request.head.body == .fixed(value))
        #expect(request.fields.contains("Content-Length: \(value)"))
    }

    @Test(
        "are refused with any other length",
        arguments: [
            "", "+1", "-1", "0x1", "1,1", "1, 1", "1 1", "01", "00", "1.0", "1e2", "a",
            "4611686018427387905", "18446744073709551616", "99999999999999999999", "\u{661}",
        ]
    )
    func badLength(text: String) {
        #expect(refusal(post("Content-Length: \(text)")) == .contentLengthMalformed)
    }

    @Test("are refused with two lengths, even equal ones")
    func twoLengths() {
        #expect(refusal(post("Content-Length: 1", "Content-Length: 1")) == .contentLengthMalformed)
        #expect(refusal(post("Content-Length: 1", "content-length: 2")) == .contentLengthMalformed)
    }

    @Test("know one transfer coding", arguments: ["chunked", "Chunked", "CHUNKED", " chunked "])
    func chunked(coding: String) throws {
        let request = try parseRequest(post("Transfer-Encoding:\(coding)"))
        #expect(request.head.body == .chunked)
        #expect(
            request.fields.filter { $0.hasPrefix("Transfer-Encoding") }
                == ["Transfer-Encoding: chunked"]
        )
    }

    @Test(
        "are refused with other transfer codings",
        arguments: [
            "", "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked,",
            "identity",
            "xchunked", "chunkedx", "chunked;q=1", "\u{b}chunked".filter { $0 != "\u{b}" } + " x",
        ]
    )
    func codings(coding: String) {
        #expect(refusal(post("Transfer-Encoding: \(coding)")) == .transferCodingRefused)
    }

    @Test("are refused when they frame the content twice")
    func ambiguous() {
        let chunked = "Transfer-Encoding: chunked"
        #expect(refusal(post(chunked, chunked)) == .transferCodingRefused)
        #expect(refusal(post(chunked, "Content-Length: 1")) == .framingAmbiguous)
        #expect(refusal(post("Content-Length: 0", chunked)) == .framingAmbiguous)
        #expect(refusal(post(chunked, version: "HTTP/1.0")) == .framingAmbiguous)
    }

    @Test("give content to any method but CONNECT")
    func contentOfGet() throws {
        #expect(try parseRequest(get("Content-Length: 3")).head.body == .fixed(3))
        #expect(try parseRequest(get()).head.body == .none)
    }

    @Test("know one expectation")
    func expectation() throws {
        let waits = try parseRequest(post("Expect: 100-Continue", "Content-Length: 5"))
        #expect(waits.head.expectsContinue)
        #expect(waits.fields.contains("Expect: 100-Continue"))
        #expect(try !parseRequest(get("Expect: 100-continue")).head.expectsContinue)
        let old = try parseRequest(
            post("Expect: 100-continue", "Content-Length: 5", version: "HTTP/1.0")
        )
        #expect(!old.head.expectsContinue)
        #expect(!old.written.contains("Expect"))
        for value in ["", "x", "100-continue, x", "200-ok"] {
            #expect(refusal(post("Expect: \(value)")) == .expectationUnsupported)
        }
    }

    @Test("hold credentials once")
    func credentials() throws {
        #expect(try parseRequest(get()).proxyAuthorization == nil)
        let request = try parseRequest(get("Proxy-Authorization: Bearer x.y"))
        #expect(request.proxyAuthorization == "Bearer x.y")
        #expect(!request.written.contains("x.y"))
        let twice = get("Proxy-Authorization: Bearer x", "proxy-authorization: Bearer x")
        #expect(refusal(twice) == .credentialsMalformed)
    }

    @Test(
        "tell credentials that bind a connection",
        arguments: [
            ("NTLM TlRMTVNTUAAB", true), ("Negotiate YII", true), ("negotiate", true),
            ("Basic bnRsbQ==", false), ("Bearer ntlm", false), ("NTLMv2 x", false), ("", false),
        ]
    )
    func bound(value: String, expected: Bool) throws {
        let request = try parseRequest(get("Authorization: \(value)"))
        #expect(request.head.hasConnectionBoundAuthentication == expected)
        #expect(request.fields.contains("Authorization: \(value)"))
    }
}
