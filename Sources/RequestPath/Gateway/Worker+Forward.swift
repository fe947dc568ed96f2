// From "admitted" to "on its way": the record is opened, and the way to the origin is found.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressPolicy
import ClawgressQuota
import ClawgressReactor
import Synchronization

extension Worker {
    /// Opens the record and sends the request on its way.
    ///
    /// - Parameters:
    ///   - input: the head as it was sent.
    ///   - outbound: the rewritten head in front, notes of the record behind it.
    mutating func forward(
        _ admitted: AdmittedRequest,
        _ request: borrowing OpenRequest,
        _ head: RequestHead,
        _ input: Span<UInt8>,
        _ outbound: inout ByteBuffer
    ) -> HeadFate {
        guard let snapshot = request.snapshot else { return refuse(request, .noPolicy, &outbound) }
        let agentNumber = snapshot.agents[Int(admitted.agent)].number
        let countsTunnel = head.isTunnel || head.asksWebSocket
        if countsTunnel, !enterTunnel(agentNumber, snapshot.limits) {
            return refuse(request, .tooManyTunnels, &outbound)
        }
        guard let index = freeExchanges.take() else {
            if countsTunnel { leaveTunnel(agentNumber) }
            return refuse(request, .overloaded, &outbound)
        }
        let requestID = makeRequestID(request.moment)
        let (slot, isRedacted) = openRecord(request, requestID, &outbound)
        if slot == nil, snapshot.refusesUnrecorded {
            freeExchanges.give(index)
            if countsTunnel { leaveTunnel(agentNumber) }
            return answerUnrecorded(request, requestID, &outbound)
        }
        exchanges.open(
            index,
            Exchange(
                slot: slot,
                requestID: requestID,
                flags: ExchangeFlags(head),
                port: head.authority.port,
                agentNumber: agentNumber,
                agentOrdinal: admitted.agent,
                policyOrdinal: admitted.permitted.verdict.policy,
                round: rounds.number,
                began: request.moment.monotonic,
                request: BodyReader(head.body)
            )
        )
        if isRedacted {
            exchanges[index].flags.insert(.isRedacted)
            askedPaths[index] = outbound.bytes.extracting(request.question.path).array()
        }
        if let key = head.webSocketKey {
            webSockets[index] = WebSocketAccept(key: input.extracting(key))
        }
        handle.openExchanges.store(exchanges.count, ordering: .relaxed)
        noteQuotaAlert(admitted.quota.applied)
        connections[request.agent.index].exchange = Int32(index)
        connections[request.agent.index].phase = .waiting
        connections[request.agent.index].flags.remove(.headBegun)
        if slot != nil, shared.spoolSync != nil {
            waitForDisk(request, index, snapshot, &outbound)
            return .handled
        }
        awaitAnswer(request.agent)
        route(request, index, snapshot, &outbound)
        return .handled
    }

    private func noteQuotaAlert(_ applied: QuotaApplied) {
        guard applied == .alertRPS || applied == .alertRPM else { return }
        shared.alerts.raise(
            .quotaAlert,
            "an agent is above its alert-only limit; see quota_applied"
        )
    }

    /// Counts a tunnel of an agent if one more is allowed.
    private func enterTunnel(_ number: UInt32, _ limits: Limits) -> Bool {
        let cell = AgentNumbers.cell(number)
        guard shared.numbers.tunnels.add(1, cell) <= UInt64(max(limits.tunnelsPerAgent, 0)) else {
            shared.numbers.tunnels.subtract(1, cell)
            return false
        }
        return true
    }

    private func leaveTunnel(_ number: UInt32) {
        shared.numbers.tunnels.subtract(1, AgentNumbers.cell(number))
    }

    /// The disk is full and the operator prefers no traffic to unrecorded traffic.
    ///
    /// The loss is counted already, so this answer makes no record of its own.
    private mutating func answerUnrecorded(
        _ request: borrowing OpenRequest,
        _ requestID: RequestID,
        _ outbound: inout ByteBuffer
    ) -> HeadFate {
        handle.metrics.count(.deny, .auditUnavailable)
        let answer = DenialAnswer(
            reason: .auditUnavailable,
            decision: .deny,
            requestID: requestID,
            retryAfterSeconds: 1,
            close: true,
            isVersion10: request.head?.isVersion10 ?? false,
            isHead: request.head?.method == .head
        )
        outbound.removeAll()
        let reserved: [UInt8] = Array("limits".utf8)
        answer.write(policyID: reserved.span, into: &outbound)
        if connections[request.agent.index].deliver(outbound.bytes) {
            linger(request.agent)
        } else {
            closeAgent(request.agent)
        }
        return .handled
    }
}

extension ExchangeFlags {
    /// The facts that a head tells.
    init(_ head: RequestHead) {
        self = []
        if head.isTunnel { formUnion([.isTunnel, .countsTunnel]) }
        if head.asksWebSocket { formUnion([.asksWebSocket, .countsTunnel]) }
        if head.method == .head { insert(.isHead) }
        if head.isVersion10 { insert(.isVersion10) }
        if head.keepAlive { insert(.keepAlive) }
        if head.isReplayable { insert(.isReplayable) }
        if head.hasConnectionBoundAuthentication { insert(.bindsConnection) }
        if BodyReader(head.body).isComplete { insert(.requestDone) }
    }
}
