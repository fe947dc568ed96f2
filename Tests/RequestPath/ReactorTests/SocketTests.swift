// Sockets are tested on loopback with the kernel itself: a mock would only repeat our beliefs.

import ClawgressBytes
import ClawgressModel
import ClawgressReactor
import Testing

@Suite("Sockets")
struct SocketTests {
    @Test("bytes, half-close and end arrive, in both families", arguments: ["127.0.0.1", "::1"])
    func roundTrip(host: String) throws {
        let address = try #require(IPAddress(host))
        let listener = try ListeningSocket.bind(address, port: 0)
        var code: Int32 = 0
        let client = try owned(Socket.dial(address, port: listener.port, code: &code))
        let poller = try owned(Poller())
        expect(poller.watchInput(listener.descriptor, token: 1))
        expect(poller.wait(milliseconds: 5_000) == 1)
        var peer = SocketAddress()
        let server = try owned(listener.accept(from: &peer, code: &code))
        #expect(peer.address == address)
        expect(client.takeError() == 0)

        let text: [UInt8] = Array("hello".utf8)
        expect(client.send(text.span) == .moved(5))
        client.finishSending()
        expect(poller.watch(server.descriptor, token: 2))
        var buffer = ByteBuffer(capacity: 64)
        while buffer.count < 5 {
            _ = poller.wait(milliseconds: 5_000)
            _ = server.receive(into: &buffer)
        }
        expect(buffer.bytes.string() == "hello")
        var end = server.receive(into: &buffer)
        while end == .wouldBlock {
            _ = poller.wait(milliseconds: 5_000)
            end = server.receive(into: &buffer)
        }
        #expect(end == .ended)
        expect(server.send(text.span) == .moved(5))
    }

    @Test("a connection to a port on which nobody listens is refused")
    func refused() throws {
        // The port is taken on another address, so that no test beside this one can get it.
        let taken = try #require(IPAddress("127.0.0.1"))
        let listener = try ListeningSocket.bind(taken, port: 0)
        let address = try #require(IPAddress("127.0.0.2"))
        var code: Int32 = 0
        guard let client = Socket.dial(address, port: listener.port, code: &code) else {
            #expect(code == SystemError.refused)
            return
        }
        let poller = try owned(Poller())
        expect(poller.watch(client.descriptor, token: 1))
        expect(poller.wait(milliseconds: 5_000) == 1)
        expect(client.takeError() == SystemError.refused)
    }

    @Test("two workers can listen on one address")
    func sharedAddress() throws {
        let address = try #require(IPAddress("127.0.0.1"))
        let first = try ListeningSocket.bind(address, port: 0)
        let second = try ListeningSocket.bind(address, port: first.port)
        expect(first.port == second.port)
    }

    @Test("splice moves bytes through a pipe, and a pipe given back is lent again")
    func splices() throws {
        let address = try #require(IPAddress("127.0.0.1"))
        let listener = try ListeningSocket.bind(address, port: 0)
        var code: Int32 = 0
        let source = try owned(Socket.dial(address, port: listener.port, code: &code))
        let sink = try owned(Socket.dial(address, port: listener.port, code: &code))
        let poller = try owned(Poller())
        expect(poller.watchInput(listener.descriptor, token: 1))
        var peer = SocketAddress()
        _ = poller.wait(milliseconds: 5_000)
        let inner = try owned(listener.accept(from: &peer, code: &code))
        _ = poller.wait(milliseconds: 5_000)
        let outer = try owned(listener.accept(from: &peer, code: &code))

        var pipes = PipePool(bound: 1)
        let pipe = try owned(pipes.lend())
        expect(pipes.lend() == nil)
        expect(source.send(Array("bulk".utf8).span) == .moved(4))
        expect(poller.watch(inner.descriptor, token: 2))
        var moved = inner.splice(into: pipe)
        while moved == .wouldBlock {
            _ = poller.wait(milliseconds: 5_000)
            moved = inner.splice(into: pipe)
        }
        #expect(moved == .moved(4))
        expect(outer.splice(from: pipe, count: 4) == .moved(4))
        pipes.giveBack(pipe)
        expect(pipes.lend() != nil)
        var buffer = ByteBuffer(capacity: 16)
        var received = sink.receive(into: &buffer)
        expect(poller.watch(sink.descriptor, token: 3))
        while received == .wouldBlock {
            _ = poller.wait(milliseconds: 5_000)
            received = sink.receive(into: &buffer)
        }
        expect(buffer.bytes.string() == "bulk")
    }
}
