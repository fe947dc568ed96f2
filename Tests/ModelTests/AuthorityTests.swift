// The one parser of targets: what it accepts has one meaning, and it writes that meaning down.

import ClawgressBytes
import ClawgressModel
import Testing

@Suite("Authorities")
struct AuthorityTests {
    /// What was parsed, with the texts that were written.
    private struct Parsed: Equatable {
        var host: String
        var authority: String
        var port: UInt16
        var kind: HostKind
        var isExplicit: Bool
    }

    private func parse(_ text: String, defaultPort: UInt16? = 80) throws(Reason) -> Parsed {
        let bytes = Array(text.utf8)
        var out = ByteBuffer(capacity: 1_024)
        // A parser that wrote positions relative to its own start would fail behind this.
        out.append("Host: ")
        let parsed = try AuthorityParser.parse(bytes.span, defaultPort: defaultPort, into: &out)
        return Parsed(
            host: out.bytes.extracting(parsed.host).string(),
            authority: out.bytes.extracting(6..<out.count).string(),
            port: parsed.port,
            kind: parsed.kind,
            isExplicit: parsed.hasExplicitPort
        )
    }

    @Test("writes names in lower case without the root's dot, and no default port")
    func names() throws {
        #expect(
            try parse("WWW.Example.COM.:80")
                == Parsed(
                    host: "www.example.com",
                    authority: "www.example.com",
                    port: 80,
                    kind: .name,
                    isExplicit: true
                )
        )
        #expect(
            try parse("a_b.example")
                == Parsed(
                    host: "a_b.example",
                    authority: "a_b.example",
                    port: 80,
                    kind: .name,
                    isExplicit: false
                )
        )
        #expect(try parse("example.com:8080").authority == "example.com:8080")
        #expect(try parse("example.com:443", defaultPort: 443).authority == "example.com")
        #expect(try parse("1.example").kind == .name)
        #expect(try parse("1a").kind == .name)
    }

    @Test("writes literals canonically, with brackets only in the authority")
    func literals() throws {
        #expect(
            try parse("[2001:DB8:0::1]:8080")
                == Parsed(
                    host: "2001:db8::1",
                    authority: "[2001:db8::1]:8080",
                    port: 8_080,
                    kind: .address,
                    isExplicit: true
                )
        )
        #expect(
            try parse("192.0.2.1")
                == Parsed(
                    host: "192.0.2.1",
                    authority: "192.0.2.1",
                    port: 80,
                    kind: .address,
                    isExplicit: false
                )
        )
        #expect(try parse("[::FFFF:1.2.3.4]").host == "::ffff:102:304")
    }

    @Test("requires a port where there is no default")
    func connectTargets() throws {
        #expect(try parse("example.com:443", defaultPort: nil).authority == "example.com:443")
        #expect(throws: Reason.portMalformed) { try parse("example.com", defaultPort: nil) }
        #expect(throws: Reason.portMalformed) { try parse("[::1]", defaultPort: nil) }
    }

    @Test(
        "refuses what has no reading or two",
        arguments: [
            ("", Reason.hostMalformed), (":80", .hostMalformed), (".", .hostMalformed),
            ("a..b", .hostMalformed), (".a", .hostMalformed), ("-a", .hostMalformed),
            ("a-", .hostMalformed), ("a.-b", .hostMalformed), ("a b", .hostMalformed),
            ("a%2eb", .hostMalformed), ("a\\b", .hostMalformed), ("a\0b", .hostMalformed),
            ("a/b", .hostMalformed), ("a*b", .hostMalformed), ("a..", .hostMalformed),
            ("user@host", .targetUserinfo), ("user:x@host:80", .targetUserinfo),
            ("bücher.example", .hostInternationalised), ("example。com", .hostInternationalised),
            ("127.1", .addressMalformed), ("0x7f.1", .addressMalformed),
            ("0x7f000001", .addressMalformed), ("2130706433", .addressMalformed),
            ("017700000001", .addressMalformed), ("1.2.3.4.", .addressMalformed),
            ("a.1", .addressMalformed), ("a.0X1f", .addressMalformed),
            ("a.0x1f.", .addressMalformed), ("1.2.3.256", .addressMalformed),
            ("01.2.3.4", .addressMalformed), ("[::1", .addressMalformed), ("[]", .addressMalformed),
            ("[1.2.3.4]", .addressMalformed), ("[fe80::1%25eth0]", .addressMalformed),
            ("[v1.a]", .addressMalformed), ("[::1]x", .portMalformed), ("a:", .portMalformed),
            ("a:0", .portMalformed), ("a:080", .portMalformed), ("a:65536", .portMalformed),
            ("a:99999", .portMalformed), ("a:123456", .portMalformed), ("a:+80", .portMalformed),
            ("a:8o", .portMalformed), ("a:80:80", .portMalformed), ("::1", .portMalformed),
            ("[::1]:", .portMalformed),
        ]
    )
    func refuses(_ text: String, _ reason: Reason) {
        #expect(throws: reason) { try parse(text) }
    }

    @Test("allows exactly letters, digits, hyphen, underscore and dot in names")
    func everyByte() {
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
        for byte in UInt8.min...UInt8.max {
            let bytes: [UInt8] = [UInt8(ascii: "a"), byte, UInt8(ascii: "b")]
            var out = ByteBuffer(capacity: 64)
            let isAccepted = (try? AuthorityParser.parseHost(bytes.span, into: &out)) != nil
            #expect(isAccepted == allowed.contains(byte), "byte \(byte)")
        }
    }

    @Test("bounds labels at 63 bytes and names at 253")
    func lengths() throws {
        let label = String(repeating: "a", count: 63)
        #expect(try parse("\(label).com").host.count == 67)
        #expect(throws: Reason.hostMalformed) { try parse("a\(label).com") }
        let longest = "\(label).\(label).\(label)." + String(repeating: "b", count: 61)
        #expect(longest.utf8.count == AuthorityParser.nameLengthMax)
        #expect(try parse(longest).host == longest)
        #expect(try parse(longest + ".").host == longest)
        #expect(throws: Reason.hostMalformed) { try parse(longest + "b") }
    }

    @Test("parses its own output to the same authority")
    func idempotence() throws {
        for text in ["EXAMPLE.com:81", "[2001:DB8::1]:81", "192.0.2.1:81", "a_.b."] {
            let once = try parse(text)
            let twice = try parse(once.authority)
            #expect(twice.authority == once.authority)
            #expect(twice.host == once.host && twice.port == once.port)
        }
    }
}
