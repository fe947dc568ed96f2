// Names in a certificate beside the identity: where people reach a process with tools of their
// own. They must not say that it is another service.

import ClawgressBytes
import ClawgressMesh
import ClawgressModel
import SwiftASN1
import X509

/// Further names and addresses for a certificate.
public struct CertificateNames: Sendable, Equatable {
    private let hosts: [String]
    private let addresses: [IPAddress]

    /// How many there may be.
    public static var countMax: Int { 32 }

    /// Checks names and addresses.
    ///
    /// - Parameters:
    ///   - hosts: host names; lower-case letters, digits, `-` and `.`, no wildcard.
    ///   - addresses: IPv4 or IPv6 addresses without brackets.
    /// - Throws: `MeshSigningError.nameRefused`.
    public init(hosts: [String], addresses: [String]) throws(MeshSigningError) {
        guard hosts.count + addresses.count <= Self.countMax else {
            throw .nameRefused((hosts + addresses).last ?? "")
        }
        for host in hosts where !Self.isHost(host) || host.hasSuffix(MeshIdentity.zone) {
            throw .nameRefused(host)
        }
        var parsed: [IPAddress] = []
        for text in addresses {
            guard let address = IPAddress(text) else { throw .nameRefused(text) }
            parsed.append(address)
        }
        self.hosts = hosts
        self.addresses = parsed
    }

    /// None.
    public init() {
        hosts = []
        addresses = []
    }

    /// The identity first, its own name next, then these.
    func all(with identity: MeshIdentity) -> [GeneralName] {
        [.uniformResourceIdentifier(identity.uri), .dnsName(identity.dnsName)]
            + hosts.map { .dnsName($0) }
            + addresses.map { .ipAddress(ASN1OctetString(contentBytes: Self.bytes(of: $0)[...])) }
    }

    private static func isHost(_ text: String) -> Bool {
        text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy {
                        ASCII.isDigit($0) || $0 == UInt8(ascii: "-")
                            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    }
            }
    }

    /// RFC 5280 section 4.2.1.6: four bytes or sixteen, in network order.
    private static func bytes(of address: IPAddress) -> [UInt8] {
        if address.isV4 { return bigEndian(UInt64(address.v4), 4) }
        return bigEndian(address.high, 8) + bigEndian(address.low, 8)
    }

    private static func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
}
