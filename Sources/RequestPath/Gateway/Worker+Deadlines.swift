// Time limits: one deadline for each connection, and what happens when it passes.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// Sets the deadline of a connection to `milliseconds` after `start`.
    mutating func setDeadline(_ descriptor: Descriptor, _ start: UInt64, _ milliseconds: Int) {
        wheel.set(descriptor.index, due: start + UInt64(max(milliseconds, 1)) * 1_000_000)
    }

    /// Something moved in an exchange: its idle time begins anew, its total time does not.
    mutating func touch(_ agent: Descriptor) {
        let index = Int(connections[agent.index].exchange)
        let isTunnel = exchanges[index].flags.contains(.isTunnel)
        var due = turn + UInt64(max(limits.idleMilliseconds, 1)) * 1_000_000
        let total = isTunnel ? limits.tunnelMilliseconds : limits.totalMilliseconds
        if total > 0 { due = min(due, exchanges[index].began + UInt64(total) * 1_000_000) }
        wheel.set(agent.index, due: due)
    }

    /// The request is out: from now on the origin has its time to begin the answer.
    mutating func awaitAnswer(_ agent: Descriptor) {
        let index = Int(connections[agent.index].exchange)
        guard !exchanges[index].flags.contains(.answerBegun) else { return }
        var due = turn + UInt64(limits.responseMilliseconds) * 1_000_000
        if limits.totalMilliseconds > 0 {
            due = min(due, exchanges[index].began + UInt64(limits.totalMilliseconds) * 1_000_000)
        }
        wheel.set(agent.index, due: due)
    }

    /// Deals with all deadlines that have passed.
    mutating func expireDeadlines(_ inbound: inout ByteBuffer, _ outbound: inout ByteBuffer) {
        expired.removeAll(keepingCapacity: true)
        wheel.advance(to: turn, expired: &expired)
        // An index with a new deadline was closed and used again since, in this very loop.
        for index in expired where connections.isOpen(Int(index)) && !wheel.isPending(Int(index)) {
            expire(Descriptor(Int32(index)), &outbound)
        }
        resumeAccepting(turn)
        if let drainDeadline, turn >= drainDeadline { closeEverything(&outbound) }
    }

    private mutating func expire(_ descriptor: Descriptor, _ outbound: inout ByteBuffer) {
        switch connections[descriptor.index].phase {
        case .head: expireHead(descriptor, &outbound)
        case .waiting: expireWaiting(descriptor, &outbound)
        case .body: failExchange(descriptor, late(descriptor, .idleTimedOut), .timedOut, &outbound)
        case .discarding: closeAgent(descriptor)
        case .lingering: expireLingering(descriptor)
        case .connecting: expireConnect(descriptor, &outbound)
        case .tunnel: closeTunnel(descriptor, .timedOut, late(descriptor, .idleTimedOut))
        case .hello: refuseHello(descriptor, .tlsHelloTimedOut, &outbound)
        case .answering: expireAnswering(descriptor, &outbound)
        case .opening: expireOpening(descriptor)
        case .pooled: closePooled(descriptor)
        // Deadlines of an exchange are on its agent's side.
        case .answerHead, .answerBody: break
        }
    }

    /// Which limit ended an exchange: the total one, or `other`.
    func late(_ agent: Descriptor, _ other: Reason) -> Reason {
        let exchange = exchanges[Int(connections[agent.index].exchange)]
        let isTunnel = exchange.flags.contains(.isTunnel)
        let total = isTunnel ? limits.tunnelMilliseconds : limits.totalMilliseconds
        guard total > 0, turn >= exchange.began + UInt64(total) * 1_000_000 else { return other }
        return .exchangeTimedOut
    }

    private mutating func expireHead(_ agent: Descriptor, _ outbound: inout ByteBuffer) {
        guard connections[agent.index].flags.contains(.headBegun) else {
            closeAgent(agent)
            return
        }
        outbound.removeAll()
        let request = openRequest(agent)
        _ = refuse(request, .headTimedOut, &outbound)
    }

    private mutating func expireWaiting(_ agent: Descriptor, _ outbound: inout ByteBuffer) {
        if connections[agent.index].exchange < 0 {
            expireVerification(agent, &outbound)
            return
        }
        let exchange = exchanges[Int(connections[agent.index].exchange)]
        if exchange.flags.contains(.awaitsDisk) {
            expireDisk(Int(connections[agent.index].exchange), &outbound)
        } else if connections[agent.index].dial >= 0, !connections[agent.index].peer.isSome {
            failExchange(agent, .nameResolutionTimedOut, .timedOut, &outbound)
        } else if exchange.flags.contains(.answerBegun) {
            failExchange(agent, late(agent, .idleTimedOut), .timedOut, &outbound)
        } else {
            failExchange(agent, late(agent, .upstreamTimedOut), .timedOut, &outbound)
        }
    }

    private mutating func expireConnect(_ origin: Descriptor, _ outbound: inout ByteBuffer) {
        let agent = connections[origin.index].peer
        let dial = Int(connections[agent.index].dial)
        connections[agent.index].peer = .none
        closeConnection(origin)
        dialNext(dial, &outbound, after: .connectTimedOut)
    }

    /// Draining took too long: what is left is closed and recorded.
    private mutating func closeEverything(_ outbound: inout ByteBuffer) {
        for index in 0..<connections.capacity where connections.isOpen(index) {
            let descriptor = Descriptor(Int32(index))
            guard connections[index].isAgent else {
                if connections[index].phase == .pooled { closePooled(descriptor) }
                continue
            }
            // By resets where something is out: a clean end would make half of it look whole. An
            // agent that is still told something goes in the next pass.
            switch connections[index].phase {
            case _ where connections[index].exchange < 0: closeAgent(descriptor)
            case .tunnel, .hello, .answering, .opening:
                closeTunnel(descriptor, .timedOut, .draining)
            default: failExchange(descriptor, .draining, .timedOut, &outbound)
            }
        }
    }
}
