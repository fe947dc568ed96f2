// The few socket calls that a load generator needs, on plain descriptors: loopback, IPv4.

import CLinux
import Glibc

/// An IPv4 address and port.
struct Endpoint {
    var storage = sockaddr_in()

    /// Parses `127.0.0.1:3128`; the host must be an IPv4 literal.
    init?(_ text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { return nil }
        storage.sin_family = sa_family_t(AF_INET)
        storage.sin_port = port.bigEndian
        guard inet_pton(AF_INET, String(parts[0]), &storage.sin_addr) == 1 else { return nil }
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// What a read or write did.
enum Moved {
    case bytes(Int)
    case wouldBlock
    case ended
}

/// Socket calls that name their descriptor.
enum Sockets {
    private static let streamType = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)

    private static func option(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Begins to connect; nil where the kernel refuses at once.
    static func dial(_ endpoint: Endpoint) -> Int32? {
        let descriptor = socket(AF_INET, streamType, 0)
        guard descriptor >= 0 else { return nil }
        option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        let result = endpoint.withPointer { connect(descriptor, $0, $1) }
        if result == 0 || cl_errno() == EINPROGRESS { return descriptor }
        close(descriptor)
        return nil
    }

    /// Listens; nil where the address cannot be had.
    static func listen(_ endpoint: Endpoint) -> Int32? {
        let descriptor = socket(AF_INET, streamType, 0)
        guard descriptor >= 0 else { return nil }
        option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        guard endpoint.withPointer({ bind(descriptor, $0, $1) }) == 0,
            Glibc.listen(descriptor, 4_096) == 0
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Reads into `room`.
    static func read(_ descriptor: Int32, into room: UnsafeMutableRawBufferPointer) -> Moved {
        moved(recv(descriptor, room.baseAddress, room.count, 0))
    }

    /// Takes up to `count` bytes off the socket without copying them anywhere.
    static func discard(_ descriptor: Int32, _ count: Int) -> Moved {
        moved(recv(descriptor, nil, count, Int32(MSG_TRUNC)))
    }

    /// Writes what the kernel takes.
    static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Moved {
        let sent = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        return sent == 0 ? .bytes(0) : moved(sent)
    }

    private static func moved(_ count: Int) -> Moved {
        if count > 0 { return .bytes(count) }
        if count < 0, cl_errno() == EAGAIN { return .wouldBlock }
        return .ended
    }
}
