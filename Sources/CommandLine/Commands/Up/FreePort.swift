// A port for a daemon. It is chosen before the daemon starts, because the others are told its
// address in their settings, and because it must be the same after a restart.

import NIOCore
import NIOPosix

/// Finds ports on loopback that nobody listens on.
enum FreePort {
    /// `address` (`host:port`) if it is free; with port 0 there instead, any free one.
    static func choose(_ address: String) throws -> String {
        let end = address.lastIndex(of: ":") ?? address.endIndex
        let host = String(address[..<end])
        guard let port = Int(address[end...].dropFirst()), (0...65_535).contains(port) else {
            throw CommandFailure(.usage, "`\(address)` is no address; write host:port")
        }
        do {
            let literal = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
            let channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                // As the daemons do: what is left of ended connections takes no port.
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: literal, port: port).wait()
            defer { try? channel.close().wait() }
            return "\(host):\(channel.localAddress?.port ?? port)"
        } catch {
            throw CommandFailure(
                .unavailable,
                "cannot listen on \(address): another program may; name another address, or "
                    + "port 0 for any"
            )
        }
    }
}
