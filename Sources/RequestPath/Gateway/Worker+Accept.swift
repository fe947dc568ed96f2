// Letting agents in, within the limits on connections and on sources.

import ClawgressBytes
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// Accepts what waits at a listener, a bounded number at a time.
    mutating func accept(
        from listener: Int,
        _ inbound: inout ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        var peer = SocketAddress()
        for _ in 0..<64 where listeners.isOpen(listener) {
            var code: Int32 = 0
            guard let socket = listeners[listener].accept(from: &peer, code: &code) else {
                if SystemError.isOutOfDescriptors(code) { pauseAccepting() }
                return
            }
            let now = SystemClock.monotonicNanoseconds()
            if let reason = refusalAtEntrance(peer.address, now) {
                handle.metrics.countRefusedConnection(reason)
                socket.resetOnClose()
                continue
            }
            enter(socket, peer, now, &inbound, &outbound)
        }
    }

    /// Why a connection may not enter; nil if it may.
    private mutating func refusalAtEntrance(_ address: IPAddress, _ now: UInt64) -> Reason? {
        if drainDeadline != nil { return .draining }
        if sources.isBlocked(sources.key(address), now: now) {
            shared.alerts.raise(.sourceBlocked, "a source was refused too often")
            return .sourceOverBudget
        }
        let bound = limits.connections
        guard shared.connections.load(0) < UInt64(max(bound, 0)) else {
            shared.alerts.raise(.connectionsExhausted, "the limit of client connections is reached")
            return .overloaded
        }
        return nil
    }

    private mutating func enter(
        _ socket: consuming Socket,
        _ peer: SocketAddress,
        _ now: UInt64,
        _ inbound: inout ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        let descriptor = socket.descriptor
        guard descriptor.index < connections.capacity else {
            handle.metrics.countRefusedConnection(.overloaded)
            return
        }
        let token = connections.open(
            descriptor.index,
            Connection(socket: socket, isAgent: true, address: peer.address, port: peer.port)
        )
        guard poller.watch(descriptor, token: token) else {
            connections.close(descriptor.index)
            return
        }
        shared.connections.add(1, 0)
        handle.metrics.add(.connectionsAccepted)
        setDeadline(descriptor, now, limits.headMilliseconds)
        // Most clients send their head right behind the handshake: look before sleeping.
        connections[descriptor.index].flags.insert(.readable)
        readable(descriptor, &inbound, &outbound)
    }

    /// Out of descriptors: a level-triggered listener would spin, so stop watching for a while.
    private mutating func pauseAccepting() {
        shared.alerts.raise(.descriptorsExhausted, "the process is out of file descriptors")
        acceptPausedUntil = SystemClock.monotonicNanoseconds() + 100_000_000
        for index in 0..<listenerCount where listeners.isOpen(index) {
            poller.forget(listeners[index].descriptor)
        }
    }

    /// Watches the listeners again once the pause is over.
    mutating func resumeAccepting(_ now: UInt64) {
        guard acceptPausedUntil > 0, now >= acceptPausedUntil, drainDeadline == nil else { return }
        acceptPausedUntil = 0
        for index in 0..<listenerCount {
            _ = poller.watchInput(listeners[index].descriptor, token: UInt64(index))
        }
    }
}
