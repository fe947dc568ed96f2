// What a tunnel begins with. Policy was asked about a name, and only the ClientHello says which
// server the agent means: nothing flows in either direction before the two were compared.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// Whether the policy that allowed a tunnel wants to know what is in it.
    func mustCheckHello(_ agent: Descriptor) -> Bool {
        dials[Int(connections[agent.index].dial)].content == .require
    }

    /// Waits for the ClientHello of a tunnel that was answered.
    ///
    /// The deadline is that of a head, which it is for the tunnel.
    mutating func awaitHello(_ agent: Descriptor, _ outbound: inout ByteBuffer) {
        connections[agent.index].phase = .hello
        connections[connections[agent.index].peer.index].phase = .hello
        setDeadline(agent, turn, limits.headMilliseconds)
        let early = connections[agent.index].incoming.take()
        if !early.isEmpty {
            guard judgeHello(agent, early.bytes, &outbound) else { return }
            connections[agent.index].incoming.append(early.bytes)
        }
        if connections[agent.index].flags.contains(.ended) {
            // Its end was read before there was anybody to pass it on to.
            closeAgent(agent)
        } else if connections[agent.index].flags.contains(.readable) {
            schedule(agent)
        }
    }

    /// Reads what the agent sends until its ClientHello is complete.
    mutating func readHello(
        _ side: Descriptor,
        _ inbound: inout ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        // What an origin says first waits in the kernel.
        guard connections[side.index].isAgent else { return }
        var turns = 0
        while connections[side.index].flags.contains(.readable) {
            turns += 1
            if turns > Self.turnsMax { return schedule(side) }
            inbound.removeAll()
            guard receive(side, &inbound) else {
                tunnelBroke(side)
                return
            }
            if inbound.count > 0 {
                guard takeHello(side, inbound.bytes, &outbound) else { return }
            }
        }
        // Nothing was sent on, so there is nothing to end in order.
        if connections[side.index].flags.contains(.ended) { closeAgent(side) }
    }

    /// Looks at new bytes together with those before them.
    ///
    /// - Returns: whether more are awaited; they are kept then.
    private mutating func takeHello(
        _ agent: Descriptor,
        _ fresh: Span<UInt8>,
        _ outbound: inout ByteBuffer
    ) -> Bool {
        guard !connections[agent.index].incoming.isEmpty else {
            guard judgeHello(agent, fresh, &outbound) else { return false }
            connections[agent.index].incoming.append(fresh)
            return true
        }
        var held = connections[agent.index].incoming.take()
        held.append(fresh)
        guard judgeHello(agent, held.bytes, &outbound) else { return false }
        connections[agent.index].incoming = held
        return true
    }

    /// Lets the handshake begin or ends the tunnel, if `bytes` suffice to tell.
    ///
    /// - Returns: whether more are needed.
    private mutating func judgeHello(
        _ agent: Descriptor,
        _ bytes: Span<UInt8>,
        _ outbound: inout ByteBuffer
    ) -> Bool {
        let dial = Int(connections[agent.index].dial)
        var name = 0..<0
        var end = 0
        outbound.removeAll()
        do throws(Reason) {
            guard
                let hello = try dials[dial].hello.read(
                    bytes,
                    limit: limits.helloBytes,
                    into: &outbound
                )
            else { return true }
            name = hello.serverName ?? name
            end = hello.end
            try check(hello, dial, outbound.bytes)
        } catch {
            refuseHello(agent, error, serverName: name, &outbound)
            return false
        }
        if !name.isEmpty {
            exchanges[Int(connections[agent.index].exchange)].flags.insert(.namesHost)
        }
        awaitServerHello(agent, bytes, helloEnd: end, &outbound)
        return false
    }

    /// Holds a ClientHello against the name of the CONNECT, as the policy wants it.
    func check(
        _ hello: ClientHello,
        _ dial: Int,
        _ text: Span<UInt8>
    ) throws(Reason) {
        let texts = dials[dial].texts
        try hello.check(
            text,
            host: texts.span.extracting(dials[dial].question.host),
            kind: dials[dial].question.kind,
            ech: dials[dial].ech
        )
    }

    /// Ends a tunnel for what it begins with: the origin has got nothing that names another server,
    /// and an agent that speaks TLS is told by an alert.
    ///
    /// - Parameter serverName: where the name that was sent stands in `outbound`.
    mutating func refuseHello(
        _ agent: Descriptor,
        _ reason: Reason,
        serverName: Range<Int> = 0..<0,
        _ outbound: inout ByteBuffer
    ) {
        let hasSpoken = reason != .tlsHelloTimedOut || !connections[agent.index].incoming.isEmpty
        detachOrigin(agent)
        dropDial(agent)
        conclude(
            Int(connections[agent.index].exchange),
            .refused,
            reason,
            decision: .deny,
            serverName: outbound.bytes.extracting(serverName)
        )
        connections[agent.index].exchange = -1
        connections[agent.index].incoming.removeAll()
        outbound.removeAll()
        if hasSpoken { TLSAlert.write(for: reason, into: &outbound) }
        guard connections[agent.index].deliver(outbound.bytes) else {
            closeAgent(agent)
            return
        }
        linger(agent)
    }
}
