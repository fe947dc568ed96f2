// Ends: of connections, of exchanges, in order and out of order. Every way out of an exchange
// passes through here or through a completed answer, so that no record stays open.

import ClawgressAudit
import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// How long a client may take to read a last answer before its connection is cut.
    private static var lingerMilliseconds: Int { 2_000 }

    /// Fails the exchange of an agent: answered if nothing was answered yet, recorded, ended.
    mutating func failExchange(
        _ agent: Descriptor,
        _ reason: Reason,
        _ outcome: Outcome,
        _ outbound: inout ByteBuffer,
        _ closing: Closing? = nil
    ) {
        let index = Int(connections[agent.index].exchange)
        detachOrigin(agent)
        dropDial(agent)
        guard !exchanges[index].flags.contains(.answerBegun) else {
            // Half an answer is out; a reset is the only way left to say that it is not whole.
            concludeOf(agent, outcome, reason, closing)
            connections[agent.index].socket.resetOnClose()
            closeAgent(agent)
            return
        }
        let keeps =
            exchanges[index].flags.isSuperset(of: [.keepAlive, .requestDone])
            && !exchanges[index].flags.contains(.isTunnel) && drainDeadline == nil
        writeFailure(index, reason, close: !keeps, &outbound)
        exchanges[index].status = UInt16(reason.status)
        exchanges[index].answered = SystemClock.monotonicNanoseconds()
        concludeOf(agent, outcome, reason, closing)
        guard connections[agent.index].deliver(outbound.bytes) else {
            closeAgent(agent)
            return
        }
        if keeps {
            awaitNextHead(agent)
            schedule(agent)
        } else {
            linger(agent)
        }
    }

    private func writeFailure(
        _ index: Int,
        _ reason: Reason,
        close: Bool,
        _ outbound: inout ByteBuffer
    ) {
        let flags = exchanges[index].flags
        let answer = DenialAnswer(
            reason: reason,
            decision: reason.lateDecision,
            requestID: exchanges[index].requestID,
            close: close,
            isVersion10: flags.contains(.isVersion10),
            isHead: flags.contains(.isHead)
        )
        outbound.removeAll()
        // What failed after the decision is answered under a reserved name: the policy that
        // allowed is not the one that ended it. The record keeps both.
        let name = ByteText(reason.reservedPolicyID ?? "limits")
        answer.write(policyID: name.bytes.span, into: &outbound)
    }

    private mutating func concludeOf(
        _ agent: Descriptor,
        _ outcome: Outcome,
        _ reason: Reason,
        _ closing: Closing? = nil
    ) {
        conclude(
            Int(connections[agent.index].exchange),
            outcome,
            reason,
            decision: reason.lateDecision,
            closing: closing
        )
        connections[agent.index].exchange = -1
    }

    /// The origin's connection failed, or it sent nonsense.
    mutating func originBroke(
        _ origin: Descriptor,
        _ reason: Reason,
        _ outbound: inout ByteBuffer
    ) {
        let agent = connections[origin.index].peer
        failExchange(agent, reason, .upstreamFailed, &outbound)
    }

    /// The agent's connection failed: whatever it asked for ends.
    mutating func agentBroke(_ agent: Descriptor) {
        noteAbandonedHead(agent)
        closeAgent(agent)
    }

    /// A connection was reset in a phase in which nobody reads from it, so that no read will
    /// ever tell.
    ///
    /// - Returns: whether that was so, and everything that hung on it has ended.
    mutating func abandon(_ descriptor: Descriptor) -> Bool {
        switch connections[descriptor.index].phase {
        case .tunnel, .hello, .answering, .opening: tunnelBroke(descriptor)
        case .waiting, .lingering: agentBroke(descriptor)
        default: return false
        }
        return true
    }

    /// The agent sends no more, outside a tunnel.
    mutating func agentEnded(_ agent: Descriptor, _ outbound: inout ByteBuffer) {
        switch connections[agent.index].phase {
        case .body:
            failExchange(agent, .clientClosed, .clientClosed, &outbound)
        case _ where !connections[agent.index].outgoing.isEmpty:
            // It only sends no more: what it asked for before is still on its way.
            connections[agent.index].phase = .lingering
            connections[agent.index].flags.insert(.closeWhenDrained)
            setDeadline(agent, turn, limits.idleMilliseconds)
        case .head where connections[agent.index].flags.contains(.headBegun):
            // It may still read, and it learns what was wrong with what it sent.
            outbound.removeAll()
            _ = refuse(openRequest(agent), .headIncomplete, &outbound)
        default:
            closeAgent(agent)
        }
    }

    private func noteAbandonedHead(_ agent: Descriptor) {
        guard connections[agent.index].phase == .head,
            connections[agent.index].flags.contains(.headBegun)
        else { return }
        handle.metrics.add(.headsAbandoned)
    }

    /// Closes the agent's connection and everything that hangs on it.
    mutating func closeAgent(_ agent: Descriptor) {
        detachOrigin(agent)
        if connections[agent.index].exchange >= 0 {
            concludeOf(agent, .clientClosed, .clientClosed)
        }
        dropDial(agent)
        discards[agent.number] = nil
        if parked[agent.number] != nil { recordLeft(agent) }
        if connections[agent.index].flags.contains(.insideTunnel) {
            concludeCarrier(agent, .completed, .policyAllowed)
        }
        shared.connections.subtract(1, 0)
        handle.metrics.add(.connectionsClosed)
        closeConnection(agent)
    }

    /// Closes the origin's connection of an agent, if there is one.
    mutating func detachOrigin(_ agent: Descriptor) {
        let origin = connections[agent.index].peer
        connections[agent.index].peer = .none
        guard origin.isSome else { return }
        // What the origin never took was counted when it was queued.
        let index = Int(connections[agent.index].exchange)
        if index >= 0 {
            let unsent = UInt64(connections[origin.index].outgoing.count)
            exchanges[index].bytesOut -= min(exchanges[index].bytesOut, unsent)
        }
        closeConnection(origin)
    }

    /// Ends the dial of an agent, if there is one.
    mutating func dropDial(_ agent: Descriptor) {
        let dial = connections[agent.index].dial
        connections[agent.index].dial = -1
        guard dial >= 0 else { return }
        endDial(Int(dial))
    }

    /// Closes one connection and forgets its descriptor.
    mutating func closeConnection(_ descriptor: Descriptor) {
        if let splice = splices.removeValue(forKey: descriptor.number) { end(splice) }
        wheel.forget(descriptor.index)
        connections.close(descriptor.index)
    }

    /// Sends what waits, then our end, then throws away what still comes until the agent
    /// closes: closing at once could destroy the answer on its way (RFC 9112 section 9.6).
    mutating func linger(_ agent: Descriptor) {
        connections[agent.index].phase = .lingering
        connections[agent.index].flags.remove(.paused)
        if connections[agent.index].outgoing.isEmpty {
            sendLastEnd(agent)
        } else {
            // A slow reader gets the whole answer, as long as it goes on reading.
            connections[agent.index].flags.insert(.finishWhenDrained)
            setDeadline(agent, turn, limits.idleMilliseconds)
        }
        schedule(agent)
    }

    /// Everything is written: says so, and waits a moment for the agent to close.
    mutating func sendLastEnd(_ agent: Descriptor) {
        connections[agent.index].socket.finishSending()
        setDeadline(agent, turn, Self.lingerMilliseconds)
    }

    /// The agent took too long to read its last answer, or to close after it.
    mutating func expireLingering(_ agent: Descriptor) {
        // A clean end would let a cut answer pass for a whole one.
        if !connections[agent.index].outgoing.isEmpty {
            connections[agent.index].socket.resetOnClose()
        }
        closeAgent(agent)
    }
}

/// A literal as bytes, for the few places that need a span of one.
struct ByteText {
    let bytes: [UInt8]

    init(_ literal: StaticString) {
        var out = ByteBuffer(capacity: 64)
        out.append(literal)
        bytes = out.bytes.array()
    }
}

extension Reason {
    /// The decision that stands in the record when an allowed request ends with this reason: a
    /// refused address is a denial, and so is our own refusal; a failure is not.
    var lateDecision: Decision {
        switch self {
        case .auditUnavailable, .overloaded: .deny
        default: isAddress ? .deny : .allow
        }
    }
}
