// The origin of all runs: as cheap as an origin can be, so that what is measured is the proxy.
// It answers CONNECT too, because HAProxy cannot open a tunnel by itself and passes it on.

import CLinux
import Glibc

/// An HTTP/1.1 origin on one epoll loop.
final class Origin {
    private static let answerBytes = 1_024
    private let listener: Int32
    private let poll = Poll()
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    private let answer: [UInt8]
    private let opened = Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8)
    private var connections = DescriptorTable<Served>()

    /// What is known of a connection.
    private struct Served {
        var stash: [UInt8] = []
        var bulkLeft = 0
        var pending: [UInt8] = []
    }

    init(_ arguments: Arguments) {
        let port = arguments.number("port", default: 0)
        guard let endpoint = Endpoint("127.0.0.1:\(port)"), let listener = Sockets.listen(endpoint)
        else { Arguments.fail("cannot listen on port \(port)") }
        self.listener = listener
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(Self.answerBytes)\r\n\r\n"
        answer = Array(head.utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: Self.answerBytes)
        block.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "b"))
    }

    /// Serves until the process is ended.
    func run() -> Never {
        poll.watch(listener)
        while true {
            poll.wait(nanoseconds: nil) { descriptor in
                if descriptor == listener { accept() } else { serve(descriptor) }
            }
        }
    }

    private func accept() {
        while true {
            let descriptor = cl_accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            connections[descriptor] = Served()
            poll.watch(descriptor)
        }
    }

    private func drop(_ descriptor: Int32) {
        connections[descriptor] = nil
        close(descriptor)
    }

    private func serve(_ descriptor: Int32) {
        guard flush(descriptor) else { return drop(descriptor) }
        while connections[descriptor]?.bulkLeft == 0 {
            switch Sockets.read(descriptor, into: room) {
            case .wouldBlock: return
            case .ended: return drop(descriptor)
            case .bytes(let count):
                let bytes = UnsafeRawBufferPointer(start: room.baseAddress, count: count)
                guard take(descriptor, bytes) else { return drop(descriptor) }
                // Less than asked for: there is no more, and an end will be told by itself.
                if count < room.count { return }
            }
        }
    }

    /// Answers every complete request in what came; false if the connection broke.
    private func take(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        if connections[descriptor]?.stash.isEmpty == false {
            connections[descriptor]?.stash.append(contentsOf: bytes)
            let whole = connections[descriptor]?.stash ?? []
            connections[descriptor]?.stash = []
            return whole.withUnsafeBytes { answerAll(descriptor, $0) }
        }
        return answerAll(descriptor, bytes)
    }

    private func answerAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var start = 0
        while start < bytes.count {
            guard let found = memmem(base + start, bytes.count - start, "\r\n\r\n", 4) else {
                connections[descriptor]?.stash = Array(bytes[start...])
                return true
            }
            let end = base.distance(to: UnsafeRawPointer(found)) + 4
            let head = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            start = end
            guard respond(descriptor, head) else { return false }
        }
        return true
    }

    private func respond(_ descriptor: Int32, _ head: UnsafeRawBufferPointer) -> Bool {
        if head[0] == UInt8(ascii: "C") { return send(descriptor, opened) }
        guard let size = bulkSize(head) else { return send(descriptor, answer) }
        connections[descriptor]?.bulkLeft = size
        return send(descriptor, Array("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n".utf8))
            && flush(descriptor)
    }

    /// N of `/bulk/N`, in origin or absolute form.
    private func bulkSize(_ head: UnsafeRawBufferPointer) -> Int? {
        let line = head.prefix { $0 != UInt8(ascii: "\r") }
        guard let base = line.base.baseAddress, let found = memmem(base, line.count, "/bulk/", 6)
        else {
            return nil
        }
        let start = base.distance(to: UnsafeRawPointer(found)) + 6
        let digits = line[start...].prefix { $0 &- 48 < 10 }
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    private func send(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        guard connections[descriptor]?.pending.isEmpty != false else {
            connections[descriptor]?.pending += bytes
            return true
        }
        switch bytes.withUnsafeBytes({ Sockets.write(descriptor, $0) }) {
        case .bytes(let count):
            if count < bytes.count { connections[descriptor]?.pending = Array(bytes[count...]) }
            return true
        case .wouldBlock:
            connections[descriptor]?.pending = bytes
            return true
        case .ended: return false
        }
    }

    /// Sends what waits; false if the connection broke.
    private func flush(_ descriptor: Int32) -> Bool {
        guard let served = connections[descriptor] else { return true }
        if !served.pending.isEmpty {
            connections[descriptor]?.pending = []
            guard send(descriptor, served.pending) else { return false }
            if connections[descriptor]?.pending.isEmpty == false { return true }
        }
        var left = served.bulkLeft
        defer { connections[descriptor]?.bulkLeft = left }
        while left > 0 {
            let piece = UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(block)[..<min(left, block.count)]
            )
            switch Sockets.write(descriptor, piece) {
            case .bytes(let count): left -= count
            case .wouldBlock: return true
            case .ended: return false
            }
        }
        return true
    }
}
