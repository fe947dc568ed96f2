// WebSockets over plain http: a request until the origin agrees, a tunnel from then on.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// Passes on the answer with which an origin agrees, and lets bytes flow.
    ///
    /// - Parameters:
    ///   - offset: where the bytes behind that answer's head stand in `inbound`.
    ///   - outbound: the head for the agent.
    mutating func openWebSocket(
        _ origin: Descriptor,
        _ agent: Descriptor,
        from offset: Int,
        _ inbound: borrowing ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        let index = Int(connections[agent.index].exchange)
        exchanges[index].status = 101
        exchanges[index].answered = SystemClock.monotonicNanoseconds()
        exchanges[index].flags.formUnion([.isTunnel, .answerBegun])
        handle.metrics.add(.tunnelsOpened)
        connections[agent.index].phase = .tunnel
        connections[origin.index].phase = .tunnel
        outbound.append(inbound.bytes, offset..<inbound.count)
        guard connections[agent.index].deliver(outbound.bytes) else {
            tunnelBroke(agent)
            return
        }
        // What the agent sent behind its request has waited for this answer.
        let early = connections[agent.index].incoming.take()
        exchanges[index].bytesOut += UInt64(early.count)
        guard connections[origin.index].deliver(early.bytes) else {
            tunnelBroke(origin)
            return
        }
        touch(agent)
        beginReading(agent)
        beginReading(origin)
    }

    private mutating func beginReading(_ side: Descriptor) {
        let peer = connections[side.index].peer
        if !connections[peer.index].outgoing.isEmpty {
            connections[side.index].flags.insert(.paused)
        }
        guard !connections[side.index].flags.contains(.ended) else {
            // Its end was read before there was anybody to pass it on to.
            tunnelSideEnded(side)
            return
        }
        connections[side.index].flags.insert(.readable)
        schedule(side)
    }
}
