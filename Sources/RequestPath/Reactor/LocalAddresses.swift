// This machine's own addresses: a gateway that listens on a wildcard must know them all, or
// an agent could ask it to connect to itself.

import CLinux
public import ClawgressModel

/// The addresses of this machine's interfaces.
public enum LocalAddresses {
    /// All addresses that are configured now.
    public static func all() -> [IPAddress] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var found: [IPAddress] = []
        var next = first
        while let entry = next?.pointee {
            if let raw = entry.ifa_addr { found.append(contentsOf: read(raw)) }
            next = entry.ifa_next
        }
        return found
    }

    private static func read(_ raw: UnsafeMutablePointer<sockaddr>) -> [IPAddress] {
        let size: Int
        switch Int32(raw.pointee.sa_family) {
        case AF_INET: size = MemoryLayout<sockaddr_in>.size
        case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
        default: return []
        }
        var address = SocketAddress()
        address.fill { room, _ in
            UnsafeMutableRawPointer(room).copyMemory(from: raw, byteCount: size)
        }
        return [address.address]
    }
}
