// One TCP socket, owned: whoever holds the value owns the descriptor, and the value's end is
// the descriptor's end, so a descriptor cannot leak or be closed twice.

public import CLinux
public import ClawgressBytes
public import ClawgressModel

/// A non-blocking TCP socket.
public struct Socket: ~Copyable {
    @usableFromInline let number: Int32

    /// Takes ownership of an open, non-blocking descriptor.
    @inlinable
    public init(adopting number: Int32) {
        self.number = number
    }

    @inlinable
    deinit {
        close(number)
    }

    /// The socket's name.
    @inlinable
    public var descriptor: Descriptor { Descriptor(number) }

    /// Begins to connect.
    ///
    /// - Parameter congestion: the congestion control algorithm, or nil for the host's.
    /// - Returns: nil with `code` set if the kernel refused at once.
    public static func dial(_ address: IPAddress, port: UInt16, code: inout Int32) -> Socket? {
        let family = address.isV4 ? AF_INET : AF_INET6
        let number = cl_tcp_socket(family)
        guard number >= 0 else {
            code = cl_errno()
            return nil
        }
        let made = Socket(adopting: number)
        made.setNoDelay()
        let result = SocketAddress(address, port).withPointer { cl_connect(number, $0, $1) }
        if result != 0, cl_errno() != EINPROGRESS {
            code = cl_errno()
            return nil
        }
        return made
    }

    /// Sends small writes at once: a proxy has already waited for whole messages.
    public func setNoDelay() {
        cl_set_option(number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// The error of a finished connection attempt; 0 if it succeeded.
    public func takeError() -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(4)
        guard getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
            return cl_errno()
        }
        return code
    }

    /// Reads as much as fits into the free part of `buffer`.
    @inlinable
    public func receive(into buffer: inout ByteBuffer) -> IOResult {
        let count = buffer.fillFree { recv(number, $0.baseAddress, $0.count, 0) }
        if count > 0 { return .moved(count) }
        return count == 0 ? .ended : Self.failure()
    }

    /// Writes the bytes, as many as the kernel takes.
    @inlinable
    public func send(_ bytes: Span<UInt8>) -> IOResult {
        let count = bytes.withUnsafeBytes {
            cl_send(number, $0.baseAddress, $0.count)
        }
        return count >= 0 ? .moved(count) : Self.failure()
    }

    /// Says that nothing more will be sent.
    @inlinable
    public func finishSending() {
        shutdown(number, Int32(SHUT_WR))
    }

    /// Makes the end of this socket a reset, so that nobody waits for a graceful close.
    public func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    @inlinable
    static func failure() -> IOResult {
        let code = cl_errno()
        return code == EAGAIN || code == EINTR ? .wouldBlock : .failed(code)
    }
}
