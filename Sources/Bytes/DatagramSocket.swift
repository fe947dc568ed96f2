// A socket of this machine that takes messages, such as the journal's: each arrives whole or not at
// all, and a receiver that is slow is waited for, but not for ever.

import CLinux
import Glibc

/// A connection to a socket in the file system that takes datagrams.
public struct DatagramSocket: ~Copyable, Sendable {
    private let descriptor: Int32
    private let path: String

    /// Connects.
    ///
    /// - Parameters:
    ///   - path: of the socket, at most 107 bytes.
    ///   - milliseconds: how long one message may wait for its receiver.
    /// - Throws: `FileError`, with `ENOENT` or `ECONNREFUSED` if nobody receives.
    public init(path: String, milliseconds: Int) throws(FileError) {
        descriptor = try Self.connected(path, milliseconds)
        self.path = path
    }

    private static func connected(
        _ path: String,
        _ milliseconds: Int
    ) throws(FileError) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isShort = withUnsafeMutableBytes(of: &address.sun_path) { target in
            guard path.utf8.count < target.count else { return false }
            target.copyBytes(from: path.utf8)
            return true
        }
        guard isShort else {
            throw FileError(code: ENAMETOOLONG, operation: "connect", path: path)
        }
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        let opened = socket(AF_UNIX, kind, 0)
        guard opened >= 0 else {
            throw FileError(code: cl_errno(), operation: "socket", path: path)
        }
        var limit = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        let length = socklen_t(MemoryLayout<timeval>.size)
        let isReady =
            setsockopt(opened, SOL_SOCKET, SO_SNDTIMEO, &limit, length) == 0
            && withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    cl_connect(opened, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                }
            }
        guard isReady else {
            let code = cl_errno()
            close(opened)
            throw FileError(code: code, operation: "connect", path: path)
        }
        return opened
    }

    deinit {
        close(descriptor)
    }

    private func failure(_ operation: String) -> FileError {
        FileError(code: cl_errno(), operation: operation, path: path)
    }

    /// Sends one message.
    ///
    /// - Throws: `FileError`, with `EAGAIN` if the receiver was too slow, and `EMSGSIZE` if the
    ///   message is longer than the kernel takes.
    public func send(_ message: [UInt8]) throws(FileError) {
        while true {
            let sent = message.withUnsafeBytes {
                cl_send(descriptor, $0.baseAddress, $0.count)
            }
            if sent == message.count { return }
            guard sent < 0, cl_errno() == EINTR else { throw failure("send") }
        }
    }
}
