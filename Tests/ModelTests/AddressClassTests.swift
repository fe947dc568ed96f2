// Every special-purpose block by its first and last address and the neighbours outside: the
// defence against forged requests is only as good as its edges.

import ClawgressModel
import Testing

@Suite("Address classes")
struct AddressClassTests {
    /// A block, and the classes just outside of it.
    struct Edges: Sendable, CustomTestStringConvertible {
        let before: String?
        let first: String
        let last: String
        let after: String?
        let kind: AddressClass
        var testDescription: String { "\(first) to \(last): \(kind)" }

        init(
            _ kind: AddressClass,
            _ before: String?,
            _ first: String,
            _ last: String,
            _ after: String?
        ) {
            self.kind = kind
            self.before = before
            self.first = first
            self.last = last
            self.after = after
        }
    }

    private static let v4 = [
        Edges(.unspecified, nil, "0.0.0.0", "0.255.255.255", "1.0.0.0"),
        Edges(.privateUse, "9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
        Edges(.sharedSpace, "100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
        Edges(.loopback, "126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
        Edges(.linkLocal, "169.253.255.255", "169.254.0.0", "169.254.167.255", nil),
        Edges(.linkLocal, nil, "169.254.172.0", "169.254.255.255", "169.255.0.0"),
        Edges(.privateUse, "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
        Edges(.reserved, "191.255.255.255", "192.0.0.0", "192.0.0.191", nil),
        Edges(.reserved, nil, "192.0.0.193", "192.0.0.255", "192.0.1.0"),
        Edges(.documentation, "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
        Edges(.reserved, "192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"),
        Edges(.reserved, "192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"),
        Edges(.reserved, "192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
        Edges(.privateUse, "192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
        Edges(.reserved, "192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"),
        Edges(.benchmarking, "198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
        Edges(.documentation, "198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
        Edges(.documentation, "203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
        Edges(.multicast, "223.255.255.255", "224.0.0.0", "239.255.255.255", nil),
        Edges(.reserved, nil, "240.0.0.0", "255.255.255.254", nil),
        Edges(.broadcast, nil, "255.255.255.255", "255.255.255.255", nil),
        Edges(.metadata, nil, "169.254.168.0", "169.254.171.255", nil),
        Edges(.metadata, nil, "100.100.100.200", "100.100.100.200", nil),
        Edges(.metadata, nil, "192.0.0.192", "192.0.0.192", nil),
        Edges(.metadata, "168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"),
    ]

    private static let v6 = [
        Edges(.unspecified, nil, "::", "::", nil),
        Edges(.loopback, nil, "::1", "::1", nil),
        Edges(.embeddedV4, nil, "::2", "::ffff:ffff:ffff:ffff", nil),
        Edges(.embeddedV4, nil, "::ffff:0.0.0.0", "::ffff:255.255.255.255", nil),
        Edges(.embeddedV4, nil, "64:ff9b::", "64:ff9b::255.255.255.255", nil),
        Edges(.embeddedV4, nil, "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", nil),
        Edges(.discardOnly, nil, "100::", "100::ffff:ffff:ffff:ffff", nil),
        Edges(.discardOnly, nil, "100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", nil),
        Edges(.embeddedV4, nil, "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", nil),
        Edges(.reserved, nil, "2001:1::", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", nil),
        Edges(.benchmarking, nil, "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", nil),
        Edges(
            .reserved,
            nil,
            "2001:20::",
            "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:200::"
        ),
        Edges(
            .documentation,
            "2001:db7:ffff::",
            "2001:db8::",
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db9::"
        ),
        Edges(
            .embeddedV4,
            "2001:ffff::",
            "2002::",
            "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2003::"
        ),
        Edges(
            .documentation,
            "3ffe:ffff::",
            "3fff::",
            "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
            "3fff:1000::"
        ),
        Edges(.reserved, "3fff:ffff::", "4000::", "fbff:ffff::", nil),
        Edges(.uniqueLocal, nil, "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nil),
        Edges(.linkLocal, nil, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nil),
        Edges(.siteLocal, nil, "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nil),
        Edges(.multicast, nil, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nil),
        Edges(.metadata, nil, "fd00:ec2::254", "fd00:ec2::254", nil),
        Edges(.metadata, nil, "fd20:ce::254", "fd20:ce::254", nil),
        Edges(.embeddedV4, nil, "2606:2800::5efe:10.0.0.1", "2606:2800::200:5efe:10.0.0.1", nil),
    ]

    @Test("classifies both ends of a block, and the neighbours as public", arguments: v4 + v6)
    func classifies(_ edges: Edges) throws {
        let ends = [try #require(IPAddress(edges.first)), try #require(IPAddress(edges.last))]
        #expect(ends.map(AddressClass.of) == [edges.kind, edges.kind])
        for neighbour in [edges.before, edges.after].compactMap({ $0 }) {
            let found = AddressClass.of(try #require(IPAddress(neighbour)))
            #expect(found == .publicInternet, "\(neighbour)")
        }
    }

    @Test(
        "takes ordinary addresses for public",
        arguments: ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450::200e"]
    )
    func publicAddresses(_ text: String) throws {
        let found = AddressClass.of(try #require(IPAddress(text)))
        #expect(found.isPublic)
        #expect(found.reason == nil)
    }

    @Test("gives every other class a reason of its own about addresses")
    func reasons() {
        let special = AddressClass.allCases.filter { !$0.isPublic }
        let reasons = special.compactMap(\.reason)
        #expect(reasons.count == special.count)
        #expect(Set(reasons).count == special.count)
        #expect(reasons.allSatisfy { $0.isAddress })
    }
}
