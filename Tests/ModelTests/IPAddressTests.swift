// Address texts: one reading or none.

import ClawgressModel
import TestKit
import Testing

@Suite("IP addresses")
struct IPAddressTests {
    @Test(
        "writes the canonical text of RFC 5952",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"),
            ("255.255.255.255", "255.255.255.255"), ("::", "::"), ("::1", "::1"),
            ("2001:DB8::00A1", "2001:db8::a1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:0:0:0:0:0:0:0", "1::"),
            ("0:0:1:0:0:0:1:0", "0:0:1::1:0"), ("::ffff:10.0.0.1", "::ffff:a00:1"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("fd00:ec2::254", "fd00:ec2::254"),
        ]
    )
    func canonical(_ text: String, _ expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.text == expected)
        #expect(IPAddress(expected) == address)
    }

    @Test(
        "refuses IPv4 forms that systems read differently",
        arguments: [
            "", "1", "127.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.04", "00.0.0.0", "1.2.3.256",
            "1.2.3.1000", "0x7f.0.0.1", "2130706433", "1.2.3.4.", ".1.2.3.4", "1..2.3", "1.2.3.-4",
            "1.2.3.4 ", " 1.2.3.4", "1.2.3.a", "+1.2.3.4",
        ]
    )
    func refusesV4(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "refuses what is no IPv6 address",
        arguments: [
            ":", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "g::", "1:",
            ":1", "1:2:3:4:5:6:7:8::", "::1.2.3", "::1.2.3.256", "1:2:3:4:5:6:7:1.2.3.4",
            "fe80::1%1",
            "[::1]", "::1 ", "1.2.3.4::", "::01.2.3.4", "1:::2", "::/0",
        ]
    )
    func refusesV6(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("keeps an IPv4 address apart from its mapped form")
    func mapped() throws {
        let plain = try #require(IPAddress("10.0.0.1"))
        let mapped = try #require(IPAddress("::ffff:10.0.0.1"))
        #expect(plain != mapped)
        #expect(plain.isV4 && !mapped.isV4)
        #expect(plain.v4 == 0x0A00_0001)
        #expect(plain.high == mapped.high && plain.low == mapped.low)
    }

    @Test("reads back what it writes, for many random addresses")
    func roundTrip() throws {
        var random = SplitMix64(seed: 11)
        for _ in 0..<2_000 {
            // Random masks make runs of zero groups of all lengths and places.
            let high = random.next() & random.groupMask()
            let low = random.next() & random.groupMask()
            let v6 = IPAddress(high: high, low: low)
            #expect(IPAddress(v6.text) == v6)
            let v4 = IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))
            #expect(IPAddress(v4.text) == v4)
        }
    }
}

extension SplitMix64 {
    /// A mask that clears some of four groups.
    fileprivate mutating func groupMask() -> UInt64 {
        let choice = next()
        var mask: UInt64 = 0
        for group in 0..<4 where choice >> UInt64(group) & 1 == 1 {
            mask |= 0xFFFF << UInt64(16 * group)
        }
        return mask
    }
}
