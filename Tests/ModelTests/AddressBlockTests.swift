// Blocks as texts and as sets of addresses.

import ClawgressModel
import Testing

@Suite("Address blocks")
struct AddressBlockTests {
    @Test(
        "reads and writes the canonical text",
        arguments: [
            "10.0.0.0/8", "0.0.0.0/0", "192.0.2.1/32", "172.16.0.0/12", "::/0", "fd00::/8",
            "2001:db8::1/128", "2001:db8::/33", "64:ff9b::/96",
        ]
    )
    func roundTrip(_ text: String) throws {
        let block = try #require(AddressBlock(text))
        #expect(block.text == text)
    }

    @Test(
        "refuses what is no block, or has bits after the prefix",
        arguments: [
            "", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/08",
            "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0/8", "fd00::/129", "fd00::1/64",
            "::1/0", "fd00::/1000", "a/8", "10.0.0.0/8 ", "[fd00::]/8",
        ]
    )
    func refuses(_ text: String) {
        #expect(AddressBlock(text) == nil)
    }

    @Test("contains exactly the addresses with its prefix, at every length")
    func contains() throws {
        let v4 = try #require(IPAddress("203.0.113.170"))
        for length in 0...32 {
            let block = try #require(AddressBlock(base: v4, prefixLength: length))
            #expect(block.contains(v4))
            for bit in 0..<32 {
                let flipped = IPAddress(v4: v4.v4 ^ (1 << UInt32(31 - bit)))
                #expect(block.contains(flipped) == (bit >= length))
            }
        }
        let v6 = try #require(IPAddress("2001:db8:aaaa:5555:aaaa:5555:aaaa:5555"))
        for length in 0...128 {
            let block = try #require(AddressBlock(base: v6, prefixLength: length))
            #expect(block.contains(v6))
            for bit in 0..<128 {
                let high = bit < 64 ? v6.high ^ 1 << UInt64(63 - bit) : v6.high
                let low = bit < 64 ? v6.low : v6.low ^ 1 << UInt64(127 - bit)
                #expect(block.contains(IPAddress(high: high, low: low)) == (bit >= length))
            }
        }
    }

    @Test("never mixes the families")
    func families() throws {
        let everyV6 = try #require(AddressBlock("::/0"))
        let everyV4 = try #require(AddressBlock("0.0.0.0/0"))
        let plain = try #require(IPAddress("10.0.0.1"))
        let mapped = try #require(IPAddress("::ffff:10.0.0.1"))
        #expect(!everyV6.contains(plain))
        #expect(!everyV4.contains(mapped))
    }

    @Test("refuses prefix lengths outside the family's")
    func lengths() throws {
        let v4 = try #require(IPAddress("10.0.0.0"))
        let v6 = try #require(IPAddress("fd00::"))
        #expect(AddressBlock(base: v4, prefixLength: 33) == nil)
        #expect(AddressBlock(base: v4, prefixLength: -1) == nil)
        #expect(AddressBlock(base: v6, prefixLength: 129) == nil)
        #expect(AddressBlock(base: v6, prefixLength: 33) != nil)
    }
}
