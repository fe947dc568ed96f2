// Where agents knock. Each worker has its own socket on the same address, and the kernel
// spreads connections among them, so workers share nothing at accept.

public import CLinux
public import ClawgressBytes
public import ClawgressModel

/// A listening TCP socket.
public struct ListeningSocket: ~Copyable {
    @usableFromInline let number: Int32
    /// The port that was bound; the kernel's choice where 0 was asked for.
    public let port: UInt16

    private init(number: Int32, port: UInt16) {
        self.number = number
        self.port = port
    }

    deinit {
        close(number)
    }

    /// The socket's name.
    @inlinable
    public var descriptor: Descriptor { Descriptor(number) }

    /// Binds and listens, sharing the address with the other workers' sockets.
    ///
    /// - Throws: ``FileError`` whose path is the address.
    public static func bind(
        _ address: IPAddress,
        port: UInt16,
        backlog: Int32 = 4_096
    ) throws(FileError) -> ListeningSocket {
        let name = address.isV4 ? "\(address.text):\(port)" : "[\(address.text)]:\(port)"
        let family = address.isV4 ? AF_INET : AF_INET6
        let number = cl_tcp_socket(family)
        guard number >= 0 else {
            throw FileError(code: cl_errno(), operation: "socket", path: name)
        }
        setOptions(number, isV6: !address.isV4)
        guard SocketAddress(address, port).withPointer({ cl_bind(number, $0, $1) }) == 0,
            listen(number, backlog) == 0
        else {
            let code = cl_errno()
            close(number)
            throw FileError(code: code, operation: "listen", path: name)
        }
        var bound = SocketAddress()
        _ = bound.fill { cl_local_address(number, $0, $1) }
        return ListeningSocket(number: number, port: bound.port)
    }

    private static func setOptions(_ number: Int32, isV6: Bool) {
        cl_set_option(number, SOL_SOCKET, SO_REUSEADDR, 1)
        cl_set_option(number, SOL_SOCKET, SO_REUSEPORT, 1)
        // Accepted sockets inherit this, which saves a call for each connection.
        cl_set_option(number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        // One family for each listener: otherwise `[::]` would quietly take IPv4 too.
        if isV6 { cl_set_option(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
    }

    /// Accepts one connection; nil when none waits or the process is out of descriptors.
    @inlinable
    public func accept(from peer: inout SocketAddress, code: inout Int32) -> Socket? {
        let accepted = peer.fill { cl_accept(number, $0, $1) }
        guard accepted >= 0 else {
            code = cl_errno()
            return nil
        }
        return Socket(adopting: accepted)
    }
}
