// One spelling per path, no way around a prefix, and canonical means canonical: once more
// changes nothing.

import ClawgressBytes
import ClawgressModel
import TestKit
import Testing

@Suite("Canonical paths")
struct CanonicalPathTests {
    private func canonical(_ path: [UInt8], capacity: Int = 400) throws(Reason) -> String {
        var out = ByteBuffer(capacity: capacity)
        out.append("HEAD")
        try CanonicalPath.append(path.span, into: &out)
        return String(out.bytes.string().dropFirst(4))
    }

    private func canonical(_ path: String) throws(Reason) -> String {
        try canonical(Array(path.utf8))
    }

    private func isPrefix(_ prefix: String, _ path: String) -> Bool {
        let first = Array(prefix.utf8)
        let second = Array(path.utf8)
        return CanonicalPath.isPrefix(first.span, of: second.span)
    }

    @Test(
        "have one spelling",
        arguments: [
            ("", "/"), ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/a/b.c", "/a/b.c"),
            ("//", "/"), ("///a//b///", "/a/b/"), ("/.", "/"), ("/./", "/"), ("/a/.", "/a/"),
            ("/a/./b", "/a/b"), ("/..", "/"), ("/../", "/"), ("/../../a", "/a"), ("/a/..", "/"),
            ("/a/../", "/"), ("/a/b/..", "/a/"), ("/a/b/../c", "/a/c"), ("/a/b/../../c", "/c"),
            ("/a//../b", "/b"), ("/a/b/c/./../../g", "/a/g"), ("/mid/content=5/../6", "/mid/6"),
            ("/...", "/..."), ("/.a", "/.a"), ("/..a", "/..a"), ("/a.", "/a."), ("/a..", "/a.."),
            ("/.../..", "/"), ("/%41", "/A"), ("/%7e%2D%2e%5F", "/~-._"), ("/a%20b", "/a%20b"),
            ("/%c3%bc", "/%C3%BC"), ("/%3f%23", "/%3F%23"), ("/%2e", "/"), ("/%2E%2e/a", "/a"),
            ("/a/.%2e/b", "/b"), ("/%61dmin", "/admin"), ("/%25", "/%25"), ("/%252e", "/%252e"),
            ("/%2b+", "/%2B+"), ("/%40@", "/%40@"), ("/a;b", "/a;b"), ("/a;b=c/../d", "/d"),
            ("/a..;b", "/a..;b"), ("/...;b", "/...;b"), ("/a%3bb", "/a%3Bb"), ("/%3Bx", "/%3Bx"),
            ("/!$&'()*+,;=:@", "/!$&'()*+,;=:@"), ("/a/%E0%A0%80", "/a/%E0%A0%80"),
            ("/%E9t%e9", "/%E9t%E9"), ("/%C0", "/%C0"), ("/%C0x", "/%C0x"),
        ]
    )
    func spelling(path: String, expected: String) throws {
        #expect(try canonical(path) == expected)
        #expect(try canonical(expected) == expected)
    }

    @Test(
        "are refused where two readers could differ",
        arguments: [
            "a", "a/b", "*", "?", "/%", "/%4", "/%4g", "/%g4", "/%%41", "/a%", "/%u0041", "/%2f",
            "/%2F", "/a%2fb", "/%5c", "/%5C", "/\\", "/%00", "/%0a", "/%0D", "/%1f", "/%7F", "/a b",
            "/a\tb", "/a\"b", "/<", "/>", "/^", "/`", "/{", "/|", "/}", "/[", "/]", "/#", "/?",
            "/é",
            "/..;", "/..;/b", "/.;a", "/a/..;a=b/c", "/;", "/;a", "/a/;b", "/%2e%2e;", "/.%2e;a",
            "/..%3b", "/..%3Ba", "/.%3b", "/%2e%3b", "/%c0%af", "/%C0%AE", "/%c1%9c", "/%e0%80%af",
            "/%E0%9F%BF", "/%f0%80%80%af", "/%F0%8F%BF%BF", "/%C0%2e%2E%C0%AE",
        ]
    )
    func refusal(path: String) {
        #expect(throws: Reason.pathMalformed) { try canonical(path) }
        guard path.hasPrefix("/") else { return }
        #expect(throws: Reason.pathMalformed) { try canonical("/x/.." + path) }
    }

    @Test("take each byte as the grammar says, plain and encoded")
    func everyByte() {
        let unreserved = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8
        )
        let plain = unreserved.union("!$&'()*+,;=:@/".utf8)
        for byte in UInt8.min...UInt8.max {
            let text = Character(Unicode.Scalar(byte))
            let direct = try? canonical([47, 97, byte, 98])
            #expect(direct == (plain.contains(byte) ? "/a\(text)b" : nil), "\(byte)")
            let digits = Array(Hexadecimal.encode([byte]).utf8)
            let encoded = try? canonical([47, 97, 37] + digits + [98])
            let isRefused = byte < 32 || byte == 127 || byte == 47 || byte == 92
            let kept = "%" + Hexadecimal.encode([byte]).uppercased()
            let expected = unreserved.contains(byte) ? "/a\(text)b" : "/a\(kept)b"
            #expect(encoded == (isRefused ? nil : expected), "\(byte)")
        }
    }

    @Test("are at their end in one step, and never climb, whatever the pieces", arguments: 1...4)
    func random(seed: UInt64) throws {
        let pieces = [
            "/", "//", ".", "..", "a", "b;c", "%2e", "%2E", "%41", "%c3%bc", ";", "%3b", "/../",
            "/./", "%25", "...", "%2f", "-",
        ]
        var generator = SplitMix64(seed: seed)
        var accepted = 0
        for _ in 0..<8_000 {
            let count = Int.random(in: 0..<9, using: &generator)
            let path =
                "/"
                + (0..<count).compactMap { _ in
                    pieces.randomElement(using: &generator)
                }.joined()
            guard let once = try? canonical(path) else { continue }
            accepted += 1
            #expect(try canonical(once) == once, "\(path)")
            #expect(once == reference(path), "\(path)")
            #expect(!once.contains("//") && once.hasPrefix("/"))
            let segments = once.split(separator: "/")
            #expect(!segments.contains(".") && !segments.contains(".."))
        }
        #expect(accepted > 1_000)
    }

    /// The same by plain steps over strings: decode, split, resolve, join.
    private func reference(_ path: String) -> String {
        let decoded = path.replacing("%2e", with: ".").replacing("%2E", with: ".")
            .replacing("%41", with: "A").replacing("%c3%bc", with: "%C3%BC")
            .replacing("%3b", with: "%3B")
        let segments = decoded.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var kept: [Substring] = []
        for segment in segments {
            if segment == ".." { _ = kept.popLast() }
            if segment != "..", segment != ".", !segment.isEmpty { kept.append(segment) }
        }
        let last = segments.last ?? ""
        let isFolder = last.isEmpty || last == "." || last == ".."
        return "/" + kept.joined(separator: "/") + (isFolder && !kept.isEmpty ? "/" : "")
    }

    @Test("tell the caller when there is no room")
    func room() throws {
        for text in ["/abc", "/a/%62c", "/a/../b/../abc"] {
            var out = ByteBuffer(capacity: 3)
            try CanonicalPath.append(Array(text.utf8).span, into: &out)
            let overflowed = out.overflowed
            #expect(overflowed)
        }
    }

    @Test(
        "lie below a prefix on segment boundaries",
        arguments: [
            ("/", "/", true), ("/", "/a", true), ("/", "/;a", true), ("/a", "/a", true),
            ("/a", "/a/", true), ("/a", "/a/b", true), ("/a", "/ab", false), ("/a", "/", false),
            ("/a", "/b/a", false), ("/a/", "/a", false), ("/a/", "/a/", true),
            ("/a/", "/a/b", true),
            ("/a/b", "/a", false), ("/a/b", "/a/b", true), ("/a/b", "/a/bc", false),
            ("/a", "/A", false), ("/a", "/a;x", true), ("/a", "/a;x/b", true),
            ("/a/b", "/a;x/b", true),
            ("/a/b", "/a;x/b;y/c", true), ("/a/b", "/a;x/c", false), ("/a/b", "/a;b", false),
            ("/a;x", "/a;x", true), ("/a;x", "/a;x/b", true), ("/a;x", "/a;xy", false),
            ("/a;x", "/a", false), ("/a;x", "/a;x;y", true), ("/a/", "/a;x/b", true),
            ("/ab", "/a;b", false), ("", "/a", true), ("/a", "", false),
        ]
    )
    func prefixes(prefix: String, path: String, expected: Bool) {
        #expect(isPrefix(prefix, path) == expected)
    }
}
