// What a tunnel begins with in which anything may flow. Either side may speak first, and nothing
// is held back that could be meant for the other one, but for the first bytes of a request line:
// requests go back into the request path.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// How long bytes are held that could become a request line and have not: some other protocol
    /// may begin like that, and then wait for its answer.
    private static var openingMilliseconds: Int { 250 }

    /// Waits for the first bytes of a tunnel that was answered.
    mutating func awaitOpening(_ agent: Descriptor) {
        let origin = connections[agent.index].peer
        connections[agent.index].phase = .opening
        connections[origin.index].phase = .opening
        touch(agent)
        // Bytes that the agent sent right behind its CONNECT.
        let early = connections[agent.index].incoming.take()
        if !early.isEmpty { judgeOpening(agent, early.bytes) }
        guard connections[agent.index].phase == .opening else { return }
        if connections[agent.index].flags.contains(.ended) {
            passOpening(agent)
            return
        }
        connections[agent.index].flags.insert(.readable)
        schedule(agent)
        if connections[origin.index].flags.contains(.readable) { schedule(origin) }
    }

    /// Reads what one side of a tunnel says first.
    mutating func readOpening(_ side: Descriptor, _ inbound: inout ByteBuffer) {
        guard connections[side.index].isAgent else {
            // No origin of requests speaks before it was asked.
            passOpening(connections[side.index].peer)
            return
        }
        let token = connections.token(side.index)
        while connections[side.index].flags.contains(.readable) {
            inbound.removeAll()
            inbound.append(connections[side.index].incoming.bytes)
            let held = inbound.count
            guard receive(side, &inbound) else {
                tunnelBroke(side)
                return
            }
            if inbound.count > held {
                connections[side.index].incoming.removeAll()
                judgeOpening(side, inbound.bytes)
            }
            guard connections.index(of: token) != nil,
                connections[side.index].phase == .opening
            else { return }
            if connections[side.index].flags.contains(.ended) {
                passOpening(side)
                return
            }
        }
    }

    /// Lets a tunnel go its way if `bytes`, all that the agent has sent, suffice to tell which; else
    /// keeps them.
    private mutating func judgeOpening(_ agent: Descriptor, _ bytes: Span<UInt8>) {
        switch TunnelOpening.judge(bytes, limit: limits.headBytes) {
        case .undecided:
            connections[agent.index].incoming.append(bytes)
            guard !connections[agent.index].flags.contains(.headBegun) else { return }
            connections[agent.index].flags.insert(.headBegun)
            setDeadline(agent, turn, Self.openingMilliseconds)
        case .request:
            connections[agent.index].flags.remove(.headBegun)
            takeRequests(agent, bytes)
        case .other:
            connections[agent.index].flags.remove(.headBegun)
            beginTunnel(agent, bytes)
        }
    }

    /// Lets everything flow: the origin spoke first, or the agent has ended, or what it began with
    /// is no request line.
    private mutating func passOpening(_ agent: Descriptor) {
        connections[agent.index].flags.remove(.headBegun)
        let held = connections[agent.index].incoming.take()
        beginTunnel(agent, held.bytes)
    }

    /// Nothing came for as long as a tunnel may be idle, or nothing that makes a request line.
    mutating func expireOpening(_ agent: Descriptor) {
        if connections[agent.index].flags.contains(.headBegun) {
            passOpening(agent)
        } else {
            closeTunnel(agent, .timedOut, late(agent, .idleTimedOut))
        }
    }
}
