// Connections to origins: kept ones first, then new ones, address by address.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// Sends the request on a kept connection of the same agent to the same address.
    ///
    /// - Parameter head: the rewritten request head.
    /// - Returns: whether there was one.
    mutating func reuse(
        _ agent: Descriptor,
        _ index: Int,
        _ address: IPAddress,
        _ head: Span<UInt8>
    ) -> Bool {
        if exchanges[index].flags.contains(.bindsConnection) { return false }
        let key = PoolKey(
            agentNumber: exchanges[index].agentNumber,
            port: exchanges[index].port,
            address: address
        )
        while let origin = pool.take(key) {
            wheel.clear(origin.index)
            connections[origin.index].flags.insert(.reused)
            guard connections[origin.index].deliver(head) else {
                closeConnection(origin)
                continue
            }
            if exchanges[index].flags.contains(.isReplayable) {
                connections[origin.index].incoming.append(head)
                connections[origin.index].flags.insert(.holdsReplay)
            }
            handle.metrics.add(.upstreamReused)
            exchanges[index].attempts &+= 1
            exchanges[index].bytesOut += UInt64(head.count)
            attach(origin, to: agent)
            return true
        }
        return false
    }

    /// Sends a request that had to wait for its name on a kept connection.
    ///
    /// - Returns: whether there was one; the dial has ended then.
    mutating func reuse(afterWait dial: Int, _ agent: Descriptor, _ index: Int) -> Bool {
        guard !exchanges[index].flags.contains(.isTunnel),
            let address = dials[dial].addresses.first
        else { return false }
        let head = dials[dial].head.bytes.array()
        guard reuse(agent, index, address, head.span) else { return false }
        dropDial(agent)
        return true
    }

    /// Tries the next address of a dial, or fails the exchange when there is none left.
    mutating func dialNext(
        _ dial: Int,
        _ outbound: inout ByteBuffer,
        after failure: Reason = .connectUnreachable
    ) {
        guard let agentIndex = connections.index(of: dials[dial].agent) else {
            endDial(dial)
            return
        }
        let agent = Descriptor(Int32(agentIndex))
        let index = Int(connections[agentIndex].exchange)
        var reason = failure
        while dials[dial].next < dials[dial].addresses.count {
            let address = dials[dial].addresses[dials[dial].next]
            dials[dial].next += 1
            exchanges[index].attempts &+= 1
            exchanges[index].resolved = address
            if attempt(address, for: agent, index) { return }
            reason = .connectUnreachable
        }
        failExchange(agent, reason, .upstreamFailed, &outbound)
    }

    /// Begins one connection attempt.
    private mutating func attempt(_ address: IPAddress, for agent: Descriptor, _ index: Int) -> Bool
    {
        var code: Int32 = 0
        let port = exchanges[index].port
        var dialled = Socket.dial(address, port: port, code: &code)
        if dialled == nil, SystemError.isOutOfDescriptors(code), let spare = pool.takeAny() {
            // A kept connection is a convenience; a request that cannot go out is a failure.
            closeConnection(spare)
            dialled = Socket.dial(address, port: port, code: &code)
        }
        guard let socket = dialled.take() else { return false }
        let origin = socket.descriptor
        guard origin.index < connections.capacity else { return false }
        let token = connections.open(
            origin.index,
            Connection(socket: socket, isAgent: false, address: address, port: port)
        )
        guard poller.watch(origin, token: token) else {
            connections.close(origin.index)
            return false
        }
        handle.metrics.add(.upstreamConnections)
        connections[origin.index].peer = agent
        connections[agent.index].peer = origin
        setDeadline(origin, turn, limits.connectMilliseconds)
        return true
    }

    /// The connection attempt has an outcome.
    mutating func finishConnect(_ origin: Descriptor, _ outbound: inout ByteBuffer) {
        let agent = connections[origin.index].peer
        let dial = Int(connections[agent.index].dial)
        let code = connections[origin.index].socket.takeError()
        guard code == 0 else {
            connections[agent.index].peer = .none
            closeConnection(origin)
            dialNext(dial, &outbound, after: Reason(connectError: code))
            return
        }
        wheel.clear(origin.index)
        let index = Int(connections[agent.index].exchange)
        guard remainsAllowed(agent, index, &outbound) else { return }
        guard !exchanges[index].flags.contains(.isTunnel) else {
            openTunnel(agent, index, &outbound)
            return
        }
        connections[agent.index].dial = -1
        let head = dials[dial].head.take()
        endDial(dial)
        exchanges[index].bytesOut += UInt64(head.count)
        let delivered = connections[origin.index].deliver(head.bytes)
        guard delivered else {
            originBroke(origin, .upstreamClosed, &outbound)
            return
        }
        attach(origin, to: agent)
    }

    /// Joins an origin that has the request's head with its agent.
    private mutating func attach(_ origin: Descriptor, to agent: Descriptor) {
        let index = Int(connections[agent.index].exchange)
        connections[origin.index].peer = agent
        connections[agent.index].peer = origin
        connections[origin.index].phase = .answerHead
        guard !exchanges[index].flags.contains(.requestDone) else { return }
        connections[agent.index].phase = .body
        if connections[origin.index].outgoing.isEmpty {
            schedule(agent)
        } else {
            connections[agent.index].flags.insert(.paused)
        }
    }

    /// Sends a request again whose kept connection turned out to be dead.
    ///
    /// - Returns: whether it could be sent again (RFC 9112 section 9.3.1).
    mutating func replay(_ origin: Descriptor, _ outbound: inout ByteBuffer) -> Bool {
        let agent = connections[origin.index].peer
        guard connections[origin.index].flags.isSuperset(of: [.reused, .holdsReplay]), agent.isSome,
            connections[agent.index].exchange >= 0
        else { return false }
        let index = Int(connections[agent.index].exchange)
        guard exchanges[index].attempts < 3, let address = exchanges[index].resolved,
            let dial = freeDials.take()
        else { return false }
        let token = connections.token(agent.index)
        // The head was counted as sent, and it will be counted again.
        exchanges[index].bytesOut = 0
        let head = connections[origin.index].incoming.take()
        dials.open(dial, Dial(agent: token, again: address, head: head))
        connections[agent.index].dial = Int32(dial)
        connections[agent.index].peer = .none
        connections[origin.index].peer = .none
        closeConnection(origin)
        handle.metrics.add(.upstreamRetries)
        dialNext(dial, &outbound)
        return true
    }
}

extension Reason {
    /// The reason code of a failed connection attempt.
    init(connectError code: Int32) {
        switch code {
        case SystemError.refused: self = .connectRefused
        case SystemError.timedOut: self = .connectTimedOut
        default: self = .connectUnreachable
        }
    }
}
