// Who is counted as one: an address, or what is given to one customer.

import ClawgressModel

/// The name under which what a source uses is counted.
public enum Neighbourhood {
    /// An IPv4 address alone; of IPv6 the first 64 bits, because whoever has one address has the others
    /// (RFC 6177).
    public static func name(of source: String) -> String {
        guard let address = IPAddress(source), !address.isV4 else { return source }
        // An IPv4 address in an IPv6 socket's words (RFC 4291 section 2.5.5.2).
        if address.high == 0, address.low >> 32 == 0xFFFF {
            let four = UInt32(truncatingIfNeeded: address.low)
            return [24, 16, 8, 0].map { String(four >> $0 & 0xFF) }.joined(separator: ".")
        }
        return "\(String(address.high, radix: 16))/64"
    }
}
