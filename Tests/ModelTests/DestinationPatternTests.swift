// The patterns of policies and groups, read and refused.

import ClawgressModel
import Testing

@Suite("Destination patterns")
struct DestinationPatternTests {
    /// A pattern and its meaning.
    struct Reading: Sendable, CustomTestStringConvertible {
        let text: String
        let target: DestinationPattern.Target
        let ports: DestinationPattern.Ports
        let isBroad: Bool
        var testDescription: String { text }

        init(
            _ text: String,
            _ target: DestinationPattern.Target,
            _ ports: DestinationPattern.Ports = .defaults,
            isBroad: Bool = false
        ) {
            self.text = text
            self.target = target
            self.ports = ports
            self.isBroad = isBroad
        }
    }

    private static func block(_ text: String) -> DestinationPattern.Target {
        AddressBlock(text).map { .block($0) } ?? .anything
    }

    private static let readings = [
        Reading("example.com", .name("example.com")),
        Reading("EXAMPLE.Com.", .name("example.com")),
        Reading("localhost", .name("localhost")),
        Reading("xn--bcher-kva.example", .name("xn--bcher-kva.example")),
        Reading("under_score.example", .name("under_score.example")),
        Reading("example.com:8443", .name("example.com"), .range(8_443, 8_443)),
        Reading("example.com:8000-8999", .name("example.com"), .range(8_000, 8_999)),
        Reading("example.com:443-443", .name("example.com"), .range(443, 443)),
        Reading("example.com:*", .name("example.com"), .range(1, 65_535)),
        Reading("*.example.com", .below("example.com")),
        Reading("*.Example.COM:443", .below("example.com"), .range(443, 443)),
        Reading("*.com", .below("com"), isBroad: true),
        Reading("*", .anything, isBroad: true),
        Reading("*:22", .anything, .range(22, 22), isBroad: true),
        Reading("*:*", .anything, .range(1, 65_535), isBroad: true),
        Reading("192.0.2.1", block("192.0.2.1/32")),
        Reading("192.0.2.1:80", block("192.0.2.1/32"), .range(80, 80)),
        Reading("[2001:db8::1]", block("2001:db8::1/128")),
        Reading("[2001:DB8:0::1]:8443", block("2001:db8::1/128"), .range(8_443, 8_443)),
        Reading("10.0.0.0/8", block("10.0.0.0/8")),
        Reading("10.0.0.0/8:8443", block("10.0.0.0/8"), .range(8_443, 8_443)),
        Reading("fd00::/8", block("fd00::/8")),
        Reading("[fd00::]/8", block("fd00::/8")),
        Reading("[fd00::]/8:1-2", block("fd00::/8"), .range(1, 2)),
        Reading("0.0.0.0/0", block("0.0.0.0/0"), isBroad: true),
        Reading("::/0", block("::/0"), isBroad: true),
    ]

    @Test("reads a pattern", arguments: readings)
    func reads(_ reading: Reading) throws {
        let pattern = try DestinationPattern(reading.text)
        #expect(pattern == DestinationPattern(target: reading.target, ports: reading.ports))
        #expect(pattern.isBroad == reading.isBroad)
    }

    @Test(
        "refuses a pattern with no reading or two",
        arguments: [
            "", ".", "*.", "**", "*.*", "a*.com", "*.*.com", "ex ample.com", "-a.com", "a-.com",
            "a..b", ".a", "http://a.com", "a.com/path", "user@a.com", "a.com:", "a.com:0",
            "a.com:080", "a.com:65536", "a.com:9-8", "a.com:1-2-3", "a.com:-5", "a.com:5-", ":80",
            "a.com:+80", "127.1", "0x7f000001", "1.2.3.4.", "127.0.0.1.", "1.2.3.04", "a.1", "*.1",
            "*.10.0.0.1", "2001:db8::1", "::1", "[::1", "::1]", "[1.2.3.4]", "10.0.0.1/8",
            "10.0.0.0/33", "1[0.0].0.0/8", "[10.0.0.0]/8", "[fd00::/8]", "ffd00::]/8",
            "fd00::/8:443",
            "bücher.example", "a.com:４４３", "group:x",
        ]
    )
    func refuses(_ text: String) {
        #expect(throws: PatternError.self) { try DestinationPattern(text) }
    }

    @Test("tells the author what to write instead")
    func sentences() {
        func problem(_ text: String) -> String? {
            do throws(PatternError) {
                _ = try DestinationPattern(text)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(problem("bücher.example")?.contains("`xn--…`") == true)
        #expect(problem("10.0.0.1/8")?.contains("`10.0.0.0/8`") == true)
        #expect(problem("a.com:0")?.contains("`:8000-8999`") == true)
        #expect(problem("127.1")?.contains("no valid address") == true)
        #expect(problem("*.10.0.0.1")?.contains("wildcard before an address") == true)
        #expect(problem("a b")?.hasPrefix("destination `a b` is no valid host name") == true)
    }
}
