// Where an address leads: the defence against server-side request forgery. Everything that is
// not plainly the public Internet is refused unless a policy names the block.

/// What kind of place an address is, by the IANA special-purpose registries
/// (RFC 6890 and its updates) and the metadata services of cloud providers.
public enum AddressClass: UInt8, Sendable, CaseIterable {
    case publicInternet, unspecified, loopback, linkLocal, metadata, privateUse, sharedSpace
    case multicast, broadcast, reserved, documentation, benchmarking, uniqueLocal, siteLocal
    case discardOnly, embeddedV4

    /// Whether the address may be dialled without a policy that names its block.
    @inlinable
    public var isPublic: Bool { self == .publicInternet }

    /// The reason code of a refusal; nil for the public Internet.
    public var reason: Reason? {
        switch self {
        case .publicInternet: nil
        case .unspecified: .addressUnspecified
        case .loopback: .addressLoopback
        case .linkLocal: .addressLinkLocal
        case .metadata: .addressMetadata
        case .privateUse: .addressPrivate
        case .sharedSpace: .addressShared
        case .multicast: .addressMulticast
        case .broadcast: .addressBroadcast
        case .reserved: .addressReserved
        case .documentation: .addressDocumentation
        case .benchmarking: .addressBenchmarking
        case .uniqueLocal: .addressUniqueLocal
        case .siteLocal: .addressSiteLocal
        case .discardOnly: .addressDiscard
        case .embeddedV4: .addressEmbedded
        }
    }

    /// The class of `address`.
    ///
    /// An IPv6 address that carries an IPv4 one (mapped, compatible, NAT64 with both prefixes,
    /// 6to4, Teredo, ISATAP) is never public: an origin that is reachable by IPv4 has no need
    /// of the disguise.
    public static func of(_ address: IPAddress) -> AddressClass {
        address.isV4 ? ofV4(address.v4) : ofV6(address.high, address.low)
    }

    private static func ofV4(_ value: UInt32) -> AddressClass {
        func inBlock(_ base: UInt32, _ length: UInt32) -> Bool {
            value >> (32 - length) == base >> (32 - length)
        }
        if value == 0xFFFF_FFFF { return .broadcast }
        // 169.254.169.254 and ECS' 169.254.170.2/23, Alibaba's 100.100.100.200, Oracle's 192.0.0.192,
        // and Azure's 168.63.129.16, which only looks like the public Internet.
        if inBlock(0xA9FE_A8A8 & 0xFFFF_FF00, 22) || value == 0x6464_64C8 || value == 0xC000_00C0
            || value == 0xA83F_8110
        {
            return .metadata
        }
        if inBlock(0x0000_0000, 8) { return .unspecified }
        if inBlock(0x7F00_0000, 8) { return .loopback }
        if inBlock(0xA9FE_0000, 16) { return .linkLocal }
        if inBlock(0x0A00_0000, 8) || inBlock(0xAC10_0000, 12) || inBlock(0xC0A8_0000, 16) {
            return .privateUse
        }
        if inBlock(0x6440_0000, 10) { return .sharedSpace }
        if inBlock(0xE000_0000, 4) { return .multicast }
        if inBlock(0xC000_0200, 24) || inBlock(0xC633_6400, 24) || inBlock(0xCB00_7100, 24) {
            return .documentation
        }
        if inBlock(0xC612_0000, 15) { return .benchmarking }
        if inBlock(0xC000_0000, 24) || inBlock(0xC058_6300, 24) || inBlock(0xC01F_C400, 24)
            || inBlock(0xC034_C100, 24) || inBlock(0xC0AF_3000, 24) || inBlock(0xF000_0000, 4)
        {
            return .reserved
        }
        return .publicInternet
    }

    private static func ofV6(_ high: UInt64, _ low: UInt64) -> AddressClass {
        if high == 0 {
            if low == 0 { return .unspecified }
            if low == 1 { return .loopback }
            // ::a.b.c.d, ::ffff:a.b.c.d, ::ffff:0:a.b.c.d
            return .embeddedV4
        }
        // fd00:ec2::254 (AWS), fd20:ce::254 (Google): metadata over IPv6.
        if low == 0x254, high == 0xFD00_0EC2_0000_0000 || high == 0xFD20_00CE_0000_0000 {
            return .metadata
        }
        if high >> 54 == 0xFE80 >> 6 { return .linkLocal }
        if high >> 54 == 0xFEC0 >> 6 { return .siteLocal }
        if high >> 57 == 0xFC00 >> 9 { return .uniqueLocal }
        if high >> 56 == 0xFF { return .multicast }
        return ofGlobalV6(high, low)
    }

    private static func ofGlobalV6(_ high: UInt64, _ low: UInt64) -> AddressClass {
        // NAT64: 64:ff9b::/96 and 64:ff9b:1::/48.
        if high == 0x0064_FF9B_0000_0000 || high >> 16 == 0x0064_FF9B_0001 { return .embeddedV4 }
        // 6to4 and Teredo.
        if high >> 48 == 0x2002 || high >> 32 == 0x2001_0000 { return .embeddedV4 }
        // ISATAP interface ids, with either setting of the universal bit.
        if low >> 32 & 0xFDFF_FFFF == 0x0000_5EFE { return .embeddedV4 }
        if high == 0x0100_0000_0000_0000 || high == 0x0100_0000_0000_0001 { return .discardOnly }
        if high >> 32 == 0x2001_0DB8 || high >> 44 == 0x3FFF0 { return .documentation }
        if high >> 16 == 0x2001_0002_0000 { return .benchmarking }
        // The rest of 2001::/23 and everything outside 2000::/3 is not assigned to hosts.
        if high >> 41 == 0x2001_0000 >> 9 || high >> 61 != 0b001 { return .reserved }
        return .publicInternet
    }
}
