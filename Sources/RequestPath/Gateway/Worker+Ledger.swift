// The books: one record for each request, opened when it is decided and closed when it ends.
// No other file of the gateway writes to the spool.

import ClawgressAudit
import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressPolicy
import ClawgressQuota
import ClawgressReactor
import Synchronization

extension Worker {
    /// Opens the record of an admitted request, before any byte of it goes upstream.
    ///
    /// - Returns: the slot, nil if there is no room, and then the loss is counted; and whether the
    ///   path in it is not the one that was asked for.
    mutating func openRecord(
        _ request: borrowing OpenRequest,
        _ requestID: RequestID,
        _ outbound: inout ByteBuffer
    ) -> (slot: SlotHandle?, isRedacted: Bool) {
        let notes = writeNotes(request, &outbound)
        let slot = writeIntent(request, requestID, notes, outbound.bytes)
        if slot == nil { noteLoss() }
        return (slot, notes.isRedacted)
    }

    private mutating func writeIntent(
        _ request: borrowing OpenRequest,
        _ requestID: RequestID,
        _ notes: RecordNotes,
        _ out: Span<UInt8>
    ) -> SlotHandle? {
        var intent = intent(request, requestID, .allow, .policyAllowed)
        intent.isRedacted = notes.isRedacted
        intent.reservesServerName = request.isTunnel && requiresTLS(request)
        let revision = request.snapshot?.revision ?? []
        let identity = record(of: request)
        let texts = texts(request, notes, identity.span, revision.span, out)
        return spool.open(intent, texts, onFailure: auditFailure(request))
    }

    /// Whether the tunnel's ClientHello will be looked at.
    private func requiresTLS(_ request: borrowing OpenRequest) -> Bool {
        guard let verdict = request.verdict, let snapshot = request.snapshot else { return false }
        return snapshot.policy.tlsContent(verdict.policy) == .require
    }

    /// Records a request that ends with its refusal, or before it could be refused.
    ///
    /// - Returns: whether there was room; if not, the loss is counted.
    mutating func recordRefusal(
        _ request: borrowing OpenRequest,
        _ requestID: RequestID,
        _ reason: Reason,
        status: Int,
        outcome ending: Outcome = .refused,
        _ outbound: inout ByteBuffer
    ) -> Bool {
        let decision = reason.decision
        var intent = intent(request, requestID, decision, reason)
        let notes = writeNotes(request, &outbound)
        intent.isRedacted = notes.isRedacted
        let revision = request.snapshot?.revision ?? []
        let identity = record(of: request)
        let micros = (SystemClock.monotonicNanoseconds() - request.moment.monotonic) / 1_000
        let outcome = SpoolOutcome(
            outcome: ending,
            decision: decision,
            reason: reason,
            status: UInt16(status),
            latencyMicroseconds: micros,
            durationMicroseconds: micros,
            gatewayMicroseconds: micros
        )
        let texts = texts(request, notes, identity.span, revision.span, outbound.bytes)
        let recorded = spool.record(intent, texts, outcome, onFailure: auditFailure(request))
        if !recorded { noteLoss() }
        handle.metrics.add(.requests)
        handle.metrics.count(decision, reason)
        handle.metrics.observe(latencyMicroseconds: micros)
        return recorded
    }

    /// Closes the record of an exchange and forgets the exchange.
    ///
    /// - Parameter serverName: the name in a tunnel's ClientHello if it is not the host's.
    mutating func conclude(
        _ index: Int,
        _ outcome: Outcome,
        _ reason: Reason,
        decision: Decision = .allow,
        closing: Closing? = nil,
        serverName: Span<UInt8> = Span()
    ) {
        let now = SystemClock.monotonicNanoseconds()
        let exchange = exchanges[index]
        if let slot = exchange.slot {
            var end = Self.outcome(of: exchange, outcome, reason, decision, now)
            end.closing = closing
            spool.conclude(slot, end, serverName: serverName)
        }
        handle.metrics.add(.requests)
        handle.metrics.count(decision, reason)
        handle.metrics.add(.bytesOut, exchange.bytesOut)
        handle.metrics.add(.bytesIn, exchange.bytesIn)
        if exchange.answered > 0 {
            handle.metrics.observe(
                latencyMicroseconds: (exchange.answered - exchange.began) / 1_000
            )
        }
        if exchange.flags.contains(.asksWebSocket) { webSockets[index] = nil }
        if exchange.flags.contains(.isRedacted) { askedPaths[index] = nil }
        if exchange.flags.contains(.countsTunnel) {
            shared.numbers.tunnels.subtract(1, AgentNumbers.cell(exchange.agentNumber))
            // Only what was opened is closed: a tunnel may end before it was connected.
            let wasOpened = exchange.status == 200 || exchange.status == 101
            if wasOpened, exchange.flags.contains(.isTunnel) { handle.metrics.add(.tunnelsClosed) }
        }
        exchanges.close(index)
        freeExchanges.give(index)
        handle.openExchanges.store(exchanges.count, ordering: .relaxed)
    }

    private static func outcome(
        of exchange: Exchange,
        _ outcome: Outcome,
        _ reason: Reason,
        _ decision: Decision,
        _ now: UInt64
    ) -> SpoolOutcome {
        let latency = exchange.answered > 0 ? (exchange.answered - exchange.began) / 1_000 : nil
        return SpoolOutcome(
            outcome: outcome,
            decision: decision,
            reason: reason,
            status: exchange.status,
            attempts: exchange.attempts,
            address: exchange.resolved,
            namesHost: exchange.flags.contains(.namesHost),
            bytesOut: exchange.bytesOut,
            bytesIn: exchange.bytesIn,
            latencyMicroseconds: latency,
            durationMicroseconds: (now - exchange.began) / 1_000,
            gatewayMicroseconds: exchange.ownNanoseconds / 1_000
        )
    }

    private mutating func noteLoss() {
        handle.metrics.add(.recordsLost)
        shared.alerts.raise(.auditLoss, "events cannot be recorded; see the gap records")
    }

    private func auditFailure(_ request: borrowing OpenRequest) -> GatewaySettings.AuditFailure {
        request.snapshot?.refusesUnrecorded == true ? .refuse : .proceed
    }

    private func record(of request: borrowing OpenRequest) -> [UInt8] {
        guard request.agentOrdinal >= 0, let snapshot = request.snapshot else { return [] }
        return snapshot.agents[Int(request.agentOrdinal)].record
    }
}

/// Where the notes of a record stand in the outgoing buffer.
struct RecordNotes {
    var policyID = 0..<0
    var wouldPolicyID = 0..<0
    var path = 0..<0
    var isRedacted = false
}

extension Worker {
    private func intent(
        _ request: borrowing OpenRequest,
        _ requestID: RequestID,
        _ decision: Decision,
        _ reason: Reason
    ) -> SpoolIntent {
        let index = request.agent.index
        let verdict = request.verdict
        let would = verdict.flatMap { $0.would.differs ? $0.would : nil }
        var version: Int?
        if let verdict, verdict.policy >= 0 {
            version = request.snapshot?.policy.policyVersion(verdict.policy)
        }
        return SpoolIntent(
            requestID: requestID,
            timestamp: request.moment.wallMicroseconds,
            decision: decision,
            reason: reason,
            requestProtocol: request.isTunnel ? .connect : .http,
            clientAddress: connections[index].address,
            clientPort: connections[index].port,
            bundleSerial: request.snapshot?.serial ?? 0,
            quota: request.quota?.applied ?? .none,
            authentication: request.authentication,
            scheme: request.head == nil ? .unknown : request.isTunnel ? .https : .http,
            destinationPort: request.head?.authority.port ?? 0,
            policyVersion: version,
            wouldDecision: would.map { $0.isAllowed ? .allow : .deny },
            tunnelRequestID: request.tunnel
        )
    }

    /// Appends the texts that live nowhere yet behind the head in the outgoing buffer.
    private func writeNotes(_ request: borrowing OpenRequest, _ outbound: inout ByteBuffer)
        -> RecordNotes
    {
        var notes = RecordNotes()
        (notes.path, notes.isRedacted) = recording.path(request.question, in: &outbound)
        if let verdict = request.verdict, let policy = request.snapshot?.policy {
            if verdict.policy >= 0 {
                notes.policyID = Self.written(&outbound) {
                    policy.writePolicyID(verdict.policy, to: &$0)
                }
            }
            if verdict.would.differs {
                notes.wouldPolicyID = Self.written(&outbound) {
                    policy.writePolicyID(verdict.would.policy, to: &$0)
                }
            }
        }
        return notes
    }

    private static func written(
        _ outbound: inout ByteBuffer,
        _ write: (inout ByteBuffer) -> Void
    ) -> Range<Int> {
        let start = outbound.count
        write(&outbound)
        return start..<outbound.count
    }

    @_lifetime(copy identity, copy revision, copy out)
    private func texts(
        _ request: borrowing OpenRequest,
        _ notes: RecordNotes,
        _ identity: Span<UInt8>,
        _ revision: Span<UInt8>,
        _ out: Span<UInt8>
    ) -> SpoolTexts {
        SpoolTexts(
            identity: identity,
            claimedAgentID: out.extracting(request.claimed ?? 0..<0),
            credentialID: out.extracting(request.credentialID ?? 0..<0),
            host: out.extracting(request.question.host),
            method: out.extracting(request.question.method),
            path: out.extracting(notes.path),
            policyID: out.extracting(notes.policyID),
            wouldPolicyID: out.extracting(notes.wouldPolicyID),
            bundleRevision: revision
        )
    }
}

extension Reason {
    /// The decision that goes with the reason of a refusal.
    var decision: Decision {
        switch self {
        case .policyAllowed: .allow
        case .quotaRPSExceeded, .quotaRPMExceeded, .failureBudgetExhausted, .sourceOverBudget,
            .tooManyTunnels:
            .rateLimit
        default: .deny
        }
    }
}
