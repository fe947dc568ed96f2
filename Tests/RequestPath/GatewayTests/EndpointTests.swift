// `address:port` is what operators type: what is not one is refused, and never guessed at.

import ClawgressGateway
import ClawgressModel
import Testing

@Suite("Endpoint")
struct EndpointTests {
    @Test(
        "reads an address and a port, and writes them as they were",
        arguments: ["127.0.0.1:3128", "0.0.0.0:0", "[::1]:3128", "[::]:65535", "[2001:db8::1]:1"]
    )
    func roundTrip(text: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint.text == text)
        #expect(Endpoint(endpoint.text) == endpoint)
    }

    @Test("writes an IPv6 address in its canonical form")
    func canonical() {
        #expect(Endpoint("[2001:DB8:0:0::1]:80")?.text == "[2001:db8::1]:80")
    }

    @Test(
        "refuses what is no address and port",
        arguments: [
            "", ":", "127.0.0.1", "127.0.0.1:", ":3128", "127.0.0.1:65536", "127.0.0.1:-1",
            "127.0.0.1:http", "::1:3128", "[::1]", "[::1]3128", "[127.0.0.1]:3128", "[::1:3128",
            "localhost:3128", "127.1:3128", "0177.0.0.1:3128", "[::1%lo]:3128", " 127.0.0.1:3128",
        ]
    )
    func refuses(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test(
        "tells a wildcard from an address",
        arguments: [
            ("0.0.0.0:1", true), ("[::]:1", true), ("0.0.0.1:1", false), ("[::1]:1", false),
            ("[1::]:1", false), ("127.0.0.1:1", false), ("[::ffff:0.0.0.0]:1", false),
        ]
    )
    func wildcard(text: String, isWildcard: Bool) {
        #expect(Endpoint(text)?.isWildcard == isWildcard)
    }
}
