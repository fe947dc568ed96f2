// Requests in a tunnel: what was a tunnel is an agent's connection again, whose requests are
// judged one by one, each under the identity that opened the tunnel.

import ClawgressAudit
import ClawgressBytes
import ClawgressForward
import ClawgressIdentity
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// Takes requests from a tunnel from now on.
    ///
    /// The connection that was made for the tunnel is the agent's next one to that address.
    ///
    /// - Parameter bytes: what the agent has sent so far.
    mutating func takeRequests(_ agent: Descriptor, _ bytes: Span<UInt8>) {
        let index = Int(connections[agent.index].exchange)
        var texts = ByteBuffer(capacity: 2_048)
        guard let slot = exchanges[index].slot, let recalled = spool.recall(slot, into: &texts)
        else {
            // Without its record nobody knows who asks.
            closeTunnel(agent, .refused, .auditUnavailable)
            return
        }
        carriers[agent.number] = CarryingTunnel(exchange: index, recalled, in: texts.bytes)
        let origin = connections[agent.index].peer
        connections[agent.index].exchange = -1
        connections[agent.index].peer = .none
        connections[origin.index].peer = .none
        let key = PoolKey(
            agentNumber: exchanges[index].agentNumber,
            port: exchanges[index].port,
            address: connections[origin.index].address
        )
        keepOrigin(origin, key)
        connections[agent.index].flags.formUnion([.insideTunnel, .headBegun, .readable])
        connections[agent.index].phase = .head
        connections[agent.index].incoming.append(bytes)
        setDeadline(agent, turn, limits.headMilliseconds)
        // What is still to be written of the 200 does not keep it from being read.
        schedule(agent)
    }

    /// Judges one request in a tunnel and sends it on its way.
    ///
    /// - Parameters:
    ///   - head: exactly one complete head in `inbound`.
    ///   - outbound: becomes the head to send upstream, with notes behind it.
    mutating func handleInTunnel(
        _ agent: Descriptor,
        head: Range<Int>,
        _ inbound: borrowing ByteBuffer,
        _ outbound: inout ByteBuffer
    ) -> HeadFate {
        var request = openRequest(agent)
        outbound.removeAll()
        request.snapshot = snapshot
        guard let tunnel = carriers[agent.number] else {
            return refuse(request, .overloaded, &outbound)
        }
        let input = inbound.bytes.extracting(head)
        let parsed: RequestHead
        do throws(Reason) {
            parsed = try RequestHead.parse(
                input,
                inTunnelTo: tunnel.authority.span,
                limits: HeadLimits(limits),
                gatewayName: gatewayID.span,
                into: &outbound
            )
        } catch {
            return refuse(request, error, &outbound)
        }
        request.describe(parsed, in: &outbound)
        guard let snapshot else { return refuse(request, .noPolicy, &outbound) }
        if hasLastedLong(tunnel) {
            concludeCarrier(agent, .timedOut, .exchangeTimedOut)
            return refuse(request, .exchangeTimedOut, &outbound)
        }
        let identified: IdentifiedRequest
        do throws(Reason) {
            identified = try identify(tunnel, into: &outbound)
        } catch {
            concludeCarrier(agent, .closedByPolicy, .noLongerAllowed, closing(error))
            return refuse(request, .noLongerAllowed, &outbound)
        }
        request.note(identified)
        return decide(identified, &request, parsed, input, snapshot, &outbound)
    }

    private func hasLastedLong(_ tunnel: CarryingTunnel) -> Bool {
        let total = limits.tunnelMilliseconds
        guard total > 0 else { return false }
        return turn >= exchanges[tunnel.exchange].began + UInt64(total) * 1_000_000
    }

    /// Records the end of the tunnel in which an agent has sent requests; its connection is not
    /// kept for more of them.
    mutating func concludeCarrier(
        _ agent: Descriptor,
        _ outcome: Outcome,
        _ reason: Reason,
        _ closing: Closing? = nil
    ) {
        connections[agent.index].flags.remove(.insideTunnel)
        guard let tunnel = carriers.removeValue(forKey: agent.number) else { return }
        conclude(tunnel.exchange, outcome, reason, closing: closing)
    }

    /// Asks about the tunnel in which an agent sends requests, and closes it if it would be refused
    /// now.
    ///
    /// - Returns: whether it goes on.
    mutating func carrierRemains(_ agent: Descriptor, _ outbound: inout ByteBuffer) -> Bool {
        guard let tunnel = carriers[agent.number],
            exchanges[tunnel.exchange].round != rounds.number
        else { return true }
        handle.metrics.add(.exchangesRedecided)
        outbound.removeAll()
        guard let cause = refusalNow(tunnel.exchange, &outbound) else { return true }
        concludeCarrier(agent, .closedByPolicy, .noLongerAllowed, closing(cause))
        let index = Int(connections[agent.index].exchange)
        if index >= 0 {
            exchanges[index].flags.remove(.keepAlive)
            closeByPolicy(agent, cause, &outbound)
        } else if connections[agent.index].phase != .lingering {
            connections[agent.index].socket.resetOnClose()
            closeAgent(agent)
        }
        return false
    }
}
