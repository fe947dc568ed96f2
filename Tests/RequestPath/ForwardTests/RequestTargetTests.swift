// Targets: which forms are understood, how they are cut, and what of them goes upstream.

import ClawgressForward
import ClawgressModel
import Testing

@Suite("The request target")
struct RequestTargetTests {
    struct Accepted: CustomTestStringConvertible {
        let target: String
        let host: String
        let port: UInt16
        let authority: String
        let path: String
        let sent: String
        var testDescription: String { target }

        init(
            _ target: String,
            _ host: String,
            _ port: UInt16,
            _ authority: String,
            _ path: String,
            _ sent: String? = nil
        ) {
            self.target = target
            self.host = host
            self.port = port
            self.authority = authority
            self.path = path
            self.sent = sent ?? path
        }
    }

    @Test(
        "is cut into one canonical authority, path and query",
        arguments: [
            Accepted("http://a", "a", 80, "a", "/"),
            Accepted("http://a/", "a", 80, "a", "/"),
            Accepted("HTTP://EXAMPLE.com/X", "example.com", 80, "example.com", "/X"),
            Accepted("http://a.:80/x", "a", 80, "a", "/x"),
            Accepted("http://a:8080/x?y=z", "a", 8080, "a:8080", "/x", "/x?y=z"),
            Accepted("http://a?q", "a", 80, "a", "/", "/?q"),
            Accepted("http://a/x?", "a", 80, "a", "/x", "/x?"),
            Accepted("http://a/x?u=http://b/../c", "a", 80, "a", "/x", "/x?u=http://b/../c"),
            Accepted("http://a/x?%zz\\|\"{}", "a", 80, "a", "/x", "/x?%zz\\|\"{}"),
            Accepted("http://[::1]/x", "::1", 80, "[::1]", "/x"),
            Accepted(
                "http://[2001:DB8:0:0::1]:8080/",
                "2001:db8::1",
                8080,
                "[2001:db8::1]:8080",
                "/"
            ),
            Accepted("http://192.0.2.1:80/", "192.0.2.1", 80, "192.0.2.1", "/"),
            Accepted("http://a//b/./c/../%7Ed", "a", 80, "a", "/b/~d"),
            Accepted("http://a/x@y:z", "a", 80, "a", "/x@y:z"),
        ]
    )
    func accepted(expected: Accepted) throws {
        let host = expected.authority
        let request = try parseRequest("GET \(expected.target) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        #expect(request.host == expected.host)
        #expect(request.head.authority.port == expected.port)
        #expect(request.authority == expected.authority)
        #expect(request.path == expected.path)
        #expect(request.target == expected.sent)
        #expect(request.head.defaultPort == 80)
        #expect(
            request.written.hasPrefix(
                "GET \(expected.sent) HTTP/1.1\r\nHost: \(expected.authority)\r\n"
            )
        )
    }

    @Test(
        "is refused with the reason that helps",
        arguments: [
            ("/", Reason.targetFormUnsupported), ("/x?y", .targetFormUnsupported),
            ("*", .targetFormUnsupported), ("a", .targetFormUnsupported),
            ("a:80", .targetFormUnsupported), ("1a:b", .targetFormUnsupported),
            ("?x", .targetFormUnsupported), (":", .targetFormUnsupported),
            ("https://a/", .schemeUnsupported), ("HTTPS://a/", .schemeUnsupported),
            ("ftp://a/", .schemeUnsupported), ("ws://a/", .schemeUnsupported),
            ("svn+ssh://a/", .schemeUnsupported), ("http:a", .targetMalformed),
            ("http:/a", .targetMalformed), ("http:", .targetMalformed),
            ("http://", .hostMalformed), ("http:///x", .hostMalformed),
            ("http://?x", .hostMalformed),
            ("http://a/#f", .targetMalformed), ("http://a#f", .targetMalformed),
            ("http://a?x#f", .targetMalformed), ("http://a\\b/", .targetMalformed),
            ("http://a/b\\c", .targetMalformed), ("http://a/\u{7f}", .targetMalformed),
            ("http://a?\u{1}", .targetMalformed), ("http://a?\u{e9}", .targetMalformed),
            ("http://u@a/", .targetUserinfo), ("http://u:p@a/", .targetUserinfo),
            ("http://a@b@c/", .targetUserinfo), ("http://a:0/", .portMalformed),
            ("http://a:/", .portMalformed), ("http://a:65536/", .portMalformed),
            ("http://a:080/", .portMalformed), ("http://a:+80/", .portMalformed),
            ("http://1.2.3/", .addressMalformed), ("http://0x7f.1/", .addressMalformed),
            ("http://2130706433/", .addressMalformed), ("http://[::1/", .addressMalformed),
            ("http://[::1%25eth0]/", .addressMalformed),
            ("http://b\u{fc}cher.example/", .hostInternationalised),
            ("http://a..b/", .hostMalformed), ("http://-a/", .hostMalformed),
            ("http://a%2eb/", .hostMalformed),
            ("http://a/%2f", .pathMalformed), ("http://a/%5C", .pathMalformed),
            ("http://a/%00", .pathMalformed), ("http://a/%", .pathMalformed),
            ("http://a/..;/b", .pathMalformed), ("http://a/\u{e9}", .pathMalformed),
            ("http://a/{b}", .pathMalformed),
        ]
    )
    func refused(target: String, reason: Reason) {
        #expect(refusal("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n") == reason)
    }

    @Test("takes visible ASCII but no fragment in a query, byte by byte")
    func queryBytes() {
        for byte in UInt8.min...UInt8.max {
            let line =
                Array("GET http://a/?x".utf8) + [byte]
                + Array("y HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            var found: Reason?
            do throws(Reason) { _ = try parseRequest(line) } catch { found = error }
            switch byte {
            case 10, 13, 32: #expect(found == .requestLineMalformed, "\(byte)")
            case 0x21...0x7E where byte != 35: #expect(found == nil, "\(byte)")
            default: #expect(found == .targetMalformed, "\(byte)")
            }
        }
    }
}
