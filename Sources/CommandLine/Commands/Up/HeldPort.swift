// A port for a daemon. It is chosen before the daemon starts, because the others are told its
// address in their settings, and because it must be the same after a restart. A socket that is bound
// and does not listen keeps it: the kernel gives the port to nobody who asks for any, and lets
// the daemon, which like this socket reuses addresses, listen on it.

import Glibc
import NIOCore

/// A port that nobody else listens on; kept for as long as this lives.
final class HeldPort {
    /// `host:port`.
    let address: String
    private let socket: Int32

    /// Takes `address` (`host:port`) if it is free; with port 0 there instead, any free one.
    ///
    /// - Throws: `CommandFailure` if it is no address, or another program listens there.
    init(_ address: String) throws {
        let end = address.lastIndex(of: ":") ?? address.endIndex
        let host = String(address[..<end])
        guard let port = Int(address[end...].dropFirst()), (0...65_535).contains(port) else {
            throw CommandFailure(.usage, "`\(address)` is no address; write host:port")
        }
        let literal = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        guard let place = try? SocketAddress.makeAddressResolvingHost(literal, port: port),
            let held = Self.bound(to: place)
        else {
            throw CommandFailure(
                .unavailable,
                "cannot listen on \(address): another program may; name another address, or "
                    + "port 0 for any"
            )
        }
        socket = held.socket
        self.address = "\(host):\(held.port)"
    }

    deinit { close(socket) }

    /// A socket bound to an address, and its port; nil if it cannot be.
    private static func bound(to place: SocketAddress) -> (socket: Int32, port: Int)? {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let number = Glibc.socket(place.protocol.rawValue, kind, 0)
        guard number >= 0 else { return nil }
        var yes: Int32 = 1
        // unsafe: the call reads the one local value whose address and size it is given.
        let reuses = unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, 4) == 0
        // unsafe: the call reads the address that it is given, which lives for as long.
        let isBound = unsafe place.withSockAddr { unsafe bind(number, $0, socklen_t($1)) } == 0
        guard reuses, isBound, let port = port(of: number) else {
            close(number)
            return nil
        }
        return (number, port)
    }

    private static func port(of number: Int32) -> Int? {
        // An address of either family has it in the bytes 2 and 3, the higher first.
        var address = [UInt8](repeating: 0, count: 128)
        var length = socklen_t(address.count)
        // unsafe: what is made of the bytes is gone when the call has returned.
        let isKnown = unsafe address.withUnsafeMutableBytes { bytes in
            // unsafe: the bytes are as many as the call is told, and an address is no more than bytes.
            let place = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            // unsafe: as above.
            return unsafe place.map { unsafe getsockname(number, $0, &length) } == 0
        }
        return isKnown ? Int(address[2]) << 8 | Int(address[3]) : nil
    }
}

/// The ports of everything that `clawgress up` starts.
struct UpPorts {
    let api: HeldPort
    let policy: HeldPort
    let audit: HeldPort
    let proxy: HeldPort
    let gateway: HeldPort

    var addresses: UpAddresses {
        UpAddresses(
            api: api.address,
            policy: policy.address,
            audit: audit.address,
            proxy: proxy.address,
            gateway: gateway.address
        )
    }
}
