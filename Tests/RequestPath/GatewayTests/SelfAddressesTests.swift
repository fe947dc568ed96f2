// The gateway's own doors stay shut from behind, however a request spells them.

import ClawgressGateway
import ClawgressModel
import ClawgressReactor
import Testing

@Suite("Self addresses")
struct SelfAddressesTests {
    private func own(_ endpoints: String...) throws -> SelfAddresses {
        SelfAddresses(listening: try endpoints.map { try #require(Endpoint($0)) })
    }

    private func reaches(_ own: SelfAddresses, _ text: String) throws -> Bool {
        let endpoint = try #require(Endpoint(text))
        return own.contains(endpoint.address, port: endpoint.port)
    }

    @Test("protects the address that it listens on, at that port only")
    func exact() throws {
        let own = try own("192.0.2.7:3128", "[2001:db8::7]:3129")
        #expect(try reaches(own, "192.0.2.7:3128"))
        #expect(try reaches(own, "[2001:db8::7]:3129"))
        #expect(try !reaches(own, "192.0.2.7:3129"))
        #expect(try !reaches(own, "192.0.2.8:3128"))
        #expect(try !reaches(own, "[2001:db8::8]:3129"))
    }

    @Test(
        "protects all of loopback behind an IPv4 wildcard",
        arguments: ["127.0.0.1:3128", "127.0.0.2:3128", "127.255.255.254:3128", "0.0.0.0:3128"]
    )
    func loopbackBehindWildcard(target: String) throws {
        #expect(try reaches(own("0.0.0.0:3128"), target))
        #expect(try !reaches(own("0.0.0.0:3129"), target))
    }

    @Test("protects IPv6 loopback behind an IPv6 wildcard, which takes no IPv4")
    func loopbackOfTheOtherFamily() throws {
        let own = try own("[::]:3128")
        #expect(try reaches(own, "[::1]:3128"))
        #expect(try reaches(own, "[::]:3128"))
        #expect(try !reaches(own, "127.0.0.1:3128"))
        #expect(try !reaches(self.own("0.0.0.0:3128"), "[::1]:3128"))
    }

    @Test("protects every address of the machine behind a wildcard")
    func machine() throws {
        let all = LocalAddresses.all()
        #expect(!all.isEmpty)
        let own = try own("0.0.0.0:3128", "[::]:3128")
        for address in all {
            #expect(own.contains(address, port: 3_128))
            #expect(!own.contains(address, port: 3_127))
        }
    }

    @Test("a listener on one loopback address does not close the others")
    func oneLoopbackAddress() throws {
        let own = try own("127.0.0.1:3128")
        #expect(try reaches(own, "127.0.0.1:3128"))
        #expect(try !reaches(own, "127.0.0.2:3128"))
    }

    @Test("takes 0.0.0.0 and :: as a destination for this host", arguments: ["0.0.0.0", "[::]"])
    func unspecified(host: String) throws {
        let own = try own("192.0.2.7:3128")
        #expect(try reaches(own, "\(host):3128"))
        #expect(try !reaches(own, "\(host):80"))
    }

    @Test("leaves the rest of the world alone")
    func elsewhere() throws {
        let own = try own("0.0.0.0:3128", "[::]:3128", "127.0.0.1:9901")
        #expect(try !reaches(own, "198.51.100.1:3128"))
        #expect(try !reaches(own, "[2001:db8::1]:3128"))
    }
}
