// Which segments of a path are recorded, and which are not: pattern by pattern.

import ClawgressBytes
import ClawgressModel
import Testing

@Suite("Redaction of paths")
struct PathRedactionTests {
    /// The recorded form of `path`; nil if nothing is replaced.
    private func recorded(_ path: String, _ patterns: [String]) -> String? {
        var buffer = ByteBuffer(capacity: 16_384)
        buffer.append("GET ")
        let start = buffer.count
        buffer.append(text: path)
        let place = start..<buffer.count
        let before = buffer.count
        guard PathRedaction(patterns).append(place, of: &buffer) else {
            #expect(buffer.count == before)
            return nil
        }
        #expect(buffer.bytes.extracting(0..<before).string() == "GET \(path)")
        return buffer.bytes.extracting(before..<buffer.count).string()
    }

    @Test(
        "replaces the segments at which the pattern has stars",
        arguments: [
            ("/users/*", "/users/42", "/users/[redacted]"),
            ("/users/*", "/users/42/", "/users/[redacted]/"),
            ("/*/x", "/secret/x", "/[redacted]/x"),
            ("/users/*/tokens/**", "/users/42/tokens/a/b", "/users/[redacted]/tokens/[redacted]"),
            ("/users/*/tokens/**", "/users/42/tokens", "/users/[redacted]/tokens"),
            ("/users/*/tokens/**", "/users/42/tokens/", "/users/[redacted]/tokens/"),
            ("/**", "/a/b/c", "/[redacted]"),
            ("/a/*/**", "/a/b/c/d", "/a/[redacted]/[redacted]"),
            ("/users/*", "/users;v=1/42", "/users;v=1/[redacted]"),
            ("/users/*", "/users/42;sid=7", "/users/[redacted]"),
            ("/a%7e/*", "/a~/%D8", "/a~/[redacted]"),
        ]
    )
    func replaces(_ pattern: String, _ path: String, _ expected: String) {
        #expect(recorded(path, [pattern]) == expected)
    }

    @Test(
        "leaves a path that a pattern does not match",
        arguments: [
            ("/users/*", "/users"), ("/users/*", "/users/"), ("/users/*", "/users/42/x"),
            ("/users/*", "/Users/42"), ("/users/*", "/usersx/42"), ("/users/*/x", "/users/42/y"),
            ("/users/*/tokens/**", "/users/42/token/x"), ("/**", "/"), ("/a/**", "/a"),
            ("/a;v=1/*", "/a/42"),
        ]
    )
    func leaves(_ pattern: String, _ path: String) {
        #expect(recorded(path, [pattern]) == nil)
    }

    @Test("replaces what any of the patterns wants replaced")
    func union() {
        let patterns = ["/a/*/b/c", "/a/x/*/c", "/a/x/b/**"]
        #expect(recorded("/a/x/b/c", patterns) == "/a/[redacted]/[redacted]/[redacted]")
        #expect(recorded("/a/y/b/c", patterns) == "/a/[redacted]/b/c")
        #expect(recorded("/z", patterns) == nil)
    }

    @Test("never mistakes a long path for a short one")
    func long() {
        let path = String(repeating: "/s", count: 2_000)
        let deepest = "/s/*" + String(repeating: "/s", count: 30)
        #expect(recorded(path, [deepest]) == nil)
        #expect(recorded(path, ["/s/*/**"]) == "/s/[redacted]/[redacted]")
        let many = (0..<64).map { "/s/*/\($0)" }
        #expect(recorded("/s/x/63", many) == "/s/[redacted]/63")
    }

    @Test(
        "refuses patterns that say nothing, or half a segment",
        arguments: [
            "", "users/*", "/users", "/users/4*", "/users/***", "/a/**/b", "/users/*/", "/a?b/*",
            "/a#/*", "/a%2fb/*", "/" + String(repeating: "a/", count: 32) + "*",
            "/" + String(repeating: "a", count: 1_024) + "/*",
        ]
    )
    func refused(_ pattern: String) {
        #expect(PathPattern(pattern) == nil)
    }

    @Test("has one spelling for each pattern")
    func spelling() {
        #expect(PathPattern("/a/./b//*/%7Euser/**")?.text == "/a/b/*/~user/**")
        #expect(PathPattern("/a/../*")?.text == "/*")
    }

    @Test("makes records that no path of a request can look like")
    func mark() {
        var out = ByteBuffer(capacity: 64)
        let marked: [UInt8] = Array("/[redacted]".utf8)
        #expect(throws: Reason.pathMalformed) { try CanonicalPath.append(marked.span, into: &out) }
    }
}
