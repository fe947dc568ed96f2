// The IPv4 address inside an IPv6 one: where a packet really ends up, whatever the form says.

extension IPAddress {
    /// The IPv4 address that an IPv6 one carries, where its form says that it carries one:
    /// compatible, mapped and translated (RFC 4291, 2765), NAT64 (RFC 6052, 8215), 6to4
    /// (RFC 3056), Teredo (RFC 4380) and ISATAP (RFC 5214).
    public var carriedV4: IPAddress? {
        guard !isV4, AddressClass.of(self) == .embeddedV4 else { return nil }
        let tail = UInt32(truncatingIfNeeded: low)
        if high >> 48 == 0x2002 { return IPAddress(v4: UInt32(truncatingIfNeeded: high >> 16)) }
        // Teredo hides the client's address by inverting its bits.
        if high >> 32 == 0x2001_0000 { return IPAddress(v4: ~tail) }
        return IPAddress(v4: tail)
    }
}
