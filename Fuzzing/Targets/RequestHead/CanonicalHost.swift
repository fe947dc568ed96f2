// Hosts by rules that are written down here a second time, and by the system's own reader.

import ClawgressModel
import Glibc

/// What a canonical host looks like.
enum CanonicalHost {
    static func isCanonical(_ host: [UInt8], _ kind: HostKind) -> Bool {
        if kind == .address { return isAddress(host) }
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return host.count <= 253 && labels.allSatisfy { (1...63).contains($0.count) }
            && host.allSatisfy { isNameByte($0) }
    }

    static func isAddress(_ host: [UInt8]) -> Bool { systemAddress(host) != nil }

    /// What `inet_pton` makes of a host.
    static func systemAddress(_ host: [UInt8]) -> IPAddress? {
        let text = String(decoding: host, as: UTF8.self)
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            return IPAddress(v4: UInt32(bigEndian: four.s_addr))
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let words = withUnsafeBytes(of: &six) { bytes in
            [0, 8].map { place in
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            }
        }
        return IPAddress(high: words[0], low: words[1])
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
