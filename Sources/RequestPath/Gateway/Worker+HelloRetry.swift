// Behind a ClientHello that passed: what the server answers tells whether another one comes, and
// that one must name the same server.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// Sends on a ClientHello, and looks at what the server makes of it.
    ///
    /// - Parameters:
    ///   - bytes: all that the agent has sent.
    ///   - helloEnd: where its ClientHello ends.
    mutating func awaitServerHello(
        _ agent: Descriptor,
        _ bytes: Span<UInt8>,
        helloEnd: Int,
        _ outbound: inout ByteBuffer
    ) {
        let origin = connections[agent.index].peer
        connections[agent.index].phase = .answering
        connections[origin.index].phase = .answering
        touch(agent)
        guard passRecords(agent, bytes, from: helloEnd) else { return }
        guard !connections[agent.index].flags.contains(.ended) else {
            agentEndedAnswering(agent, &outbound)
            return
        }
        if connections[agent.index].flags.contains(.readable) { schedule(agent) }
        if connections[origin.index].flags.contains(.readable) { schedule(origin) }
    }

    /// Reads from one side until it is known that no second ClientHello comes, or that it is right.
    mutating func readAnswering(
        _ side: Descriptor,
        _ inbound: inout ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        let token = connections.token(side.index)
        var turns = 0
        while connections[side.index].flags.contains(.readable),
            !connections[side.index].flags.contains(.paused), !awaitsVerdict(side)
        {
            turns += 1
            if turns > Self.turnsMax { return schedule(side) }
            inbound.removeAll()
            guard receive(side, &inbound) else {
                tunnelBroke(side)
                return
            }
            if connections[side.index].isAgent {
                takeFromAgent(side, inbound.bytes, &outbound)
            } else {
                takeFromServer(side, inbound.bytes, &outbound)
            }
            guard connections.index(of: token) != nil,
                connections[side.index].phase == .answering
            else { return }
            if connections[side.index].flags.contains(.ended) {
                endedAnswering(side, &outbound)
                return
            }
        }
    }

    /// Whether an agent has sent what may be a second ClientHello before the server asked for one.
    private func awaitsVerdict(_ side: Descriptor) -> Bool {
        connections[side.index].isAgent && !connections[side.index].incoming.isEmpty
            && !dials[Int(connections[side.index].dial)].awaitsSecondHello
    }

    private mutating func takeFromAgent(
        _ agent: Descriptor,
        _ bytes: Span<UInt8>,
        _ outbound: inout ByteBuffer
    ) {
        guard bytes.count > 0 else { return }
        if connections[agent.index].incoming.isEmpty {
            guard passRecords(agent, bytes, from: 0) else { return }
        } else {
            connections[agent.index].incoming.append(bytes)
        }
        judgeSecondHello(agent, &outbound)
    }

    /// Sends on what can be no handshake message, and keeps the rest.
    ///
    /// - Returns: whether the tunnel is still there.
    private mutating func passRecords(
        _ agent: Descriptor,
        _ bytes: Span<UInt8>,
        from start: Int
    ) -> Bool {
        let dial = Int(connections[agent.index].dial)
        let origin = connections[agent.index].peer
        let rest = bytes.extracting(start..<bytes.count)
        let end = start + dials[dial].retry.passClient(rest)
        connections[agent.index].incoming.append(bytes, end..<bytes.count)
        exchanges[Int(connections[agent.index].exchange)].bytesOut += UInt64(end)
        guard connections[origin.index].deliver(bytes.extracting(0..<end)) else {
            tunnelBroke(origin)
            return false
        }
        if !connections[origin.index].outgoing.isEmpty {
            connections[agent.index].flags.insert(.paused)
        }
        if !dials[dial].awaitsSecondHello { touch(agent) }
        return true
    }

    private mutating func takeFromServer(
        _ origin: Descriptor,
        _ bytes: Span<UInt8>,
        _ outbound: inout ByteBuffer
    ) {
        guard bytes.count > 0 else { return }
        let agent = connections[origin.index].peer
        let dial = Int(connections[agent.index].dial)
        exchanges[Int(connections[agent.index].exchange)].bytesIn += UInt64(bytes.count)
        guard connections[agent.index].deliver(bytes) else {
            tunnelBroke(agent)
            return
        }
        if !connections[agent.index].outgoing.isEmpty {
            connections[origin.index].flags.insert(.paused)
        }
        // Until it has the second hello, it has nothing more to say that matters.
        guard !dials[dial].awaitsSecondHello else { return }
        touch(agent)
        switch dials[dial].retry.readServer(bytes) {
        case .undecided: break
        case .ordinary: endHandshake(agent)
        case .retry:
            dials[dial].expectSecondHello()
            setDeadline(agent, turn, limits.headMilliseconds)
            judgeSecondHello(agent, &outbound)
            guard connections[origin.index].phase == .answering else { return }
            if connections[agent.index].flags.contains(.ended) {
                agentEndedAnswering(agent, &outbound)
            } else if connections[agent.index].flags.contains(.readable) {
                schedule(agent)
            }
        }
    }

    /// Holds a second ClientHello that is complete against the name of the CONNECT.
    private mutating func judgeSecondHello(_ agent: Descriptor, _ outbound: inout ByteBuffer) {
        let dial = Int(connections[agent.index].dial)
        guard dials[dial].awaitsSecondHello, !connections[agent.index].incoming.isEmpty else {
            return
        }
        let held = connections[agent.index].incoming.take()
        guard secondHelloIsAwaited(agent, dial, held.bytes, &outbound) else { return }
        connections[agent.index].incoming.append(held.bytes)
    }

    /// Lets the tunnel begin or ends it, if `bytes` suffice to tell.
    ///
    /// - Returns: whether more are needed.
    private mutating func secondHelloIsAwaited(
        _ agent: Descriptor,
        _ dial: Int,
        _ bytes: Span<UInt8>,
        _ outbound: inout ByteBuffer
    ) -> Bool {
        var name = 0..<0
        outbound.removeAll()
        do throws(Reason) {
            let limit = limits.helloBytes
            let read = try dials[dial].hello.read(bytes, limit: limit, into: &outbound)
            guard let hello = read else { return true }
            name = hello.serverName ?? name
            try check(hello, dial, outbound.bytes)
        } catch {
            refuseHello(agent, error.ofSecondHello, serverName: name, &outbound)
            return false
        }
        dropDial(agent)
        beginTunnel(agent, bytes)
        return false
    }

    /// Nothing more of the handshake is of interest: everything flows.
    private mutating func endHandshake(_ agent: Descriptor) {
        dropDial(agent)
        let held = connections[agent.index].incoming.take()
        beginTunnel(agent, held.bytes)
    }

    private mutating func endedAnswering(_ side: Descriptor, _ outbound: inout ByteBuffer) {
        guard !connections[side.index].isAgent else {
            agentEndedAnswering(side, &outbound)
            return
        }
        let token = connections.token(side.index)
        endHandshake(connections[side.index].peer)
        guard connections.index(of: token) != nil, connections[side.index].phase == .tunnel else {
            return
        }
        tunnelSideEnded(side)
    }

    /// The agent sends no more: what it has sent passes, unless it may hold a second ClientHello.
    private mutating func agentEndedAnswering(
        _ agent: Descriptor,
        _ outbound: inout ByteBuffer
    ) {
        if connections[agent.index].incoming.isEmpty {
            endHandshake(agent)
        } else if dials[Int(connections[agent.index].dial)].awaitsSecondHello {
            refuseHello(agent, .tlsHelloMalformed, &outbound)
        }
    }

    /// Nothing came for as long as a tunnel may be idle, or no second ClientHello in its time.
    mutating func expireAnswering(_ agent: Descriptor, _ outbound: inout ByteBuffer) {
        if dials[Int(connections[agent.index].dial)].awaitsSecondHello {
            refuseHello(agent, .tlsHelloTimedOut, &outbound)
        } else {
            closeTunnel(agent, .timedOut, late(agent, .idleTimedOut))
        }
    }
}

extension Reason {
    /// What it means that a second ClientHello is refused for this: the first one was right.
    fileprivate var ofSecondHello: Reason {
        switch self {
        case .sniMissing, .sniMismatch, .sniUnexpected: .sniChanged
        case .tunnelNotTLS: .tlsHelloMalformed
        default: self
        }
    }
}
