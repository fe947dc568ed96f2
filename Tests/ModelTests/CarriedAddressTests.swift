// Every form in which an IPv6 address can carry an IPv4 one, by the RFC that defines it.

import ClawgressModel
import Testing

@Suite("Carried addresses")
struct CarriedAddressTests {
    @Test(
        "each disguise shows the address behind it",
        arguments: [
            ("::ffff:127.0.0.1", "127.0.0.1"), ("::127.0.0.2", "127.0.0.2"),
            ("::ffff:0:10.0.0.1", "10.0.0.1"), ("64:ff9b::169.254.169.254", "169.254.169.254"),
            ("64:ff9b:1::10.1.2.3", "10.1.2.3"), ("2002:c0a8:0101::1", "192.168.1.1"),
            ("2001:0:1:2:3:4:80ff:fffe", "127.0.0.1"), ("2a00:1:2:3:0:5efe:10.9.8.7", "10.9.8.7"),
        ]
    )
    func disguises(text: String, carried: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.carriedV4 == IPAddress(carried))
    }

    @Test(
        "an address that carries none shows none",
        arguments: ["10.0.0.1", "2a00:1450::1", "::1"]
    )
    func plain(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.carriedV4 == nil)
    }
}
