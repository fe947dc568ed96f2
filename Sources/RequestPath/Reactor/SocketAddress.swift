// Addresses in the kernel's form and back; the only place that knows `sockaddr`.

public import CLinux
public import ClawgressModel

/// An address and port in the kernel's form.
public struct SocketAddress {
    @usableFromInline var storage = sockaddr_in6()
    @usableFromInline var length: socklen_t

    /// An empty address for calls that fill it in.
    @inlinable
    public init() {
        length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    }

    /// The kernel's form of an address and port.
    public init(_ address: IPAddress, _ port: UInt16) {
        if address.isV4 {
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let v4 = sockaddr_in(
                sin_family: sa_family_t(AF_INET),
                sin_port: port.bigEndian,
                sin_addr: in_addr(s_addr: address.v4.bigEndian),
                sin_zero: (0, 0, 0, 0, 0, 0, 0, 0)
            )
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: v4, as: sockaddr_in.self) }
        } else {
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            storage.sin6_family = sa_family_t(AF_INET6)
            storage.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &storage.sin6_addr) {
                $0.storeBytes(of: address.high.bigEndian, as: UInt64.self)
                $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
        }
    }

    /// The address; IPv4 arriving on an IPv6 socket is reported as IPv4, because that is what
    /// the peer used.
    public var address: IPAddress {
        if storage.sin6_family == sa_family_t(AF_INET) {
            return withUnsafeBytes(of: storage) {
                IPAddress(v4: UInt32(bigEndian: $0.load(as: sockaddr_in.self).sin_addr.s_addr))
            }
        }
        let halves = withUnsafeBytes(of: storage.sin6_addr) {
            (
                UInt64(bigEndian: $0.load(as: UInt64.self)),
                UInt64(bigEndian: $0.load(fromByteOffset: 8, as: UInt64.self))
            )
        }
        if halves.0 == 0, halves.1 >> 32 == 0xFFFF {
            return IPAddress(v4: UInt32(truncatingIfNeeded: halves.1))
        }
        return IPAddress(high: halves.0, low: halves.1)
    }

    /// The port.
    public var port: UInt16 { UInt16(bigEndian: storage.sin6_port) }

    /// Lends the kernel's form to a system call.
    @inlinable
    public func withPointer<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// Lends writable room to a system call that fills an address in.
    @inlinable
    public mutating func fill<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        return withUnsafeMutablePointer(to: &length) { size in
            withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
            }
        }
    }
}
