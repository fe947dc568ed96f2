// Tunnels: bytes go both ways until both sides have ended, each in its own time.

import ClawgressAudit
import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// Large reads in a row after which bytes move by splice.
    private static var bulkReads: UInt8 { 4 }
    /// A large read.
    private static var bulkBytes: Int { 32_768 }

    /// Answers a CONNECT whose origin is connected, and lets bytes flow as soon as they may.
    mutating func openTunnel(
        _ agent: Descriptor,
        _ index: Int,
        _ outbound: inout ByteBuffer
    ) {
        outbound.removeAll()
        TunnelAnswer.write(requestID: exchanges[index].requestID, into: &outbound)
        exchanges[index].status = 200
        exchanges[index].answered = SystemClock.monotonicNanoseconds()
        exchanges[index].flags.insert(.answerBegun)
        handle.metrics.add(.tunnelsOpened)
        guard connections[agent.index].deliver(outbound.bytes) else {
            closeAgent(agent)
            return
        }
        if mustCheckHello(agent) {
            awaitHello(agent, &outbound)
            return
        }
        exchanges[index].flags.insert(.carriesAnything)
        dropDial(agent)
        awaitOpening(agent)
    }

    /// Lets bytes flow, first those that the agent has sent already.
    mutating func beginTunnel(_ agent: Descriptor, _ early: Span<UInt8>) {
        let origin = connections[agent.index].peer
        let index = Int(connections[agent.index].exchange)
        connections[agent.index].phase = .tunnel
        connections[origin.index].phase = .tunnel
        exchanges[index].bytesOut += UInt64(early.count)
        guard connections[origin.index].deliver(early) else {
            closeTunnel(agent, .upstreamFailed, .upstreamClosed)
            return
        }
        touch(agent)
        if connections[origin.index].flags.contains(.readable) { schedule(origin) }
        guard !connections[agent.index].flags.contains(.ended) else {
            // Its end was read before there was anybody to pass it on to.
            tunnelSideEnded(agent)
            return
        }
        if connections[agent.index].flags.contains(.readable) { schedule(agent) }
    }

    /// Moves what one side of a tunnel has sent to the other side.
    mutating func readTunnel(_ side: Descriptor, _ inbound: inout ByteBuffer) {
        let token = connections.token(side.index)
        var turns = 0
        while connections.index(of: token) != nil,
            connections[side.index].flags.isDisjoint(with: [.paused, .ended]),
            connections[side.index].flags.contains(.readable)
        {
            turns += 1
            if turns > Self.turnsMax { return schedule(side) }
            if connections[side.index].flags.contains(.bulk), spliceTunnel(side) { continue }
            copyTunnel(side, &inbound)
        }
    }

    /// Reads once and writes on.
    private mutating func copyTunnel(_ side: Descriptor, _ inbound: inout ByteBuffer) {
        inbound.removeAll()
        guard receive(side, &inbound) else {
            tunnelBroke(side)
            return
        }
        let peer = connections[side.index].peer
        if inbound.count > 0 {
            noteTunnelBytes(side, inbound.count)
            guard connections[peer.index].deliver(inbound.bytes) else {
                tunnelBroke(peer)
                return
            }
            noteReadSize(side, inbound.count)
            if !connections[peer.index].outgoing.isEmpty {
                connections[side.index].flags.insert(.paused)
            }
        }
        if connections[side.index].flags.contains(.ended) { tunnelSideEnded(side) }
    }

    private mutating func noteReadSize(_ side: Descriptor, _ count: Int) {
        guard count >= Self.bulkBytes else {
            connections[side.index].largeReads = 0
            return
        }
        connections[side.index].largeReads += 1
        if connections[side.index].largeReads >= Self.bulkReads {
            connections[side.index].largeReads = 0
            connections[side.index].flags.insert(.bulk)
        }
    }

    /// Counts bytes of a tunnel and moves its idle deadline.
    mutating func noteTunnelBytes(_ side: Descriptor, _ count: Int) {
        let isAgent = connections[side.index].isAgent
        let agent = isAgent ? side : connections[side.index].peer
        let index = Int(connections[agent.index].exchange)
        if isAgent {
            exchanges[index].bytesOut += UInt64(count)
        } else {
            exchanges[index].bytesIn += UInt64(count)
        }
        touch(agent)
    }

    /// One side sends no more; the end is passed on behind its last byte.
    mutating func tunnelSideEnded(_ side: Descriptor) {
        let isAgent = connections[side.index].isAgent
        let peer = connections[side.index].peer
        tunnelEvent(isAgent ? .agentEnded : .originEnded, side)
        if connections[peer.index].outgoing.isEmpty, splices[side.number] == nil {
            tunnelEvent(isAgent ? .agentDrained : .originDrained, side)
        } else {
            connections[peer.index].flags.insert(.finishWhenDrained)
        }
    }

    /// Everything that one side had sent before its end was delivered to `side`.
    mutating func tunnelDrained(_ side: Descriptor) {
        let cameFromAgent = !connections[side.index].isAgent
        tunnelEvent(cameFromAgent ? .agentDrained : .originDrained, side)
    }

    private mutating func tunnelEvent(_ event: TunnelEnds.Event, _ side: Descriptor) {
        let agent = connections[side.index].isAgent ? side : connections[side.index].peer
        let index = Int(connections[agent.index].exchange)
        switch exchanges[index].ends.handle(event) {
        case .none: break
        case .shutdownWrite(.agent): connections[agent.index].socket.finishSending()
        case .shutdownWrite(.origin):
            connections[connections[agent.index].peer.index].socket.finishSending()
        case .close: closeTunnel(agent, .completed, .policyAllowed)
        }
    }

    /// A socket of a tunnel failed.
    mutating func tunnelBroke(_ side: Descriptor) {
        let isAgent = connections[side.index].isAgent
        let agent = isAgent ? side : connections[side.index].peer
        if isAgent {
            closeTunnel(agent, .clientClosed, .clientClosed)
        } else {
            closeTunnel(agent, .upstreamFailed, .upstreamClosed)
        }
    }

    /// Records a tunnel's end and closes both sides.
    ///
    /// What a failed side still held was counted as sent and is taken back.
    mutating func closeTunnel(
        _ agent: Descriptor,
        _ outcome: Outcome,
        _ reason: Reason,
        _ closing: Closing? = nil
    ) {
        let index = Int(connections[agent.index].exchange)
        let origin = connections[agent.index].peer
        if origin.isSome {
            exchanges[index].bytesOut -= min(
                exchanges[index].bytesOut,
                UInt64(connections[origin.index].outgoing.count)
            )
        }
        if outcome != .completed {
            // The other side must not take a broken tunnel for a finished one.
            connections[agent.index].socket.resetOnClose()
            if origin.isSome { connections[origin.index].socket.resetOnClose() }
        }
        conclude(index, outcome, reason, closing: closing)
        connections[agent.index].exchange = -1
        closeAgent(agent)
    }
}
