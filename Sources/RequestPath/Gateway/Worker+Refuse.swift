// The gateway's own answers: recorded first, then said, then the connection is kept where the
// client can be expected to go on, and ended where it cannot.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressPolicy
import ClawgressQuota
import ClawgressReactor

extension Worker {
    /// The greatest body that is read to its end and thrown away to keep a connection.
    private static var discardBytesMax: Int { 1 << 20 }

    /// Answers a request with a refusal, and records it.
    ///
    /// - Parameter outbound: holds what is known of the request; is used for the answer after.
    mutating func refuse(
        _ request: borrowing OpenRequest,
        _ reason: Reason,
        _ outbound: inout ByteBuffer
    ) -> HeadFate {
        let requestID = makeRequestID(request.moment)
        _ = recordRefusal(request, requestID, reason, status: reason.status, &outbound)
        let overBudget = noteRefusal(request, reason)
        let keeps = !overBudget && keepsConnection(request, reason)
        let answer = DenialAnswer(
            reason: reason.shown,
            decision: reason.decision,
            requestID: requestID,
            retryAfterSeconds: retryAfter(request, reason),
            rateLimit: request.quota.flatMap(Self.rateLimit),
            close: !keeps,
            isVersion10: request.head?.isVersion10 ?? false,
            isHead: request.head?.method == .head
        )
        outbound.removeAll()
        let policyID = Self.writePolicyID(request, reason, &outbound)
        let start = outbound.count
        let identifier = outbound.bytes.extracting(policyID).array()
        answer.write(policyID: identifier.span, into: &outbound)
        let delivered = connections[request.agent.index].deliver(
            outbound.bytes.extracting(start..<outbound.count)
        )
        guard delivered else {
            closeAgent(request.agent)
            return .handled
        }
        settle(request, keeps: keeps)
        return .handled
    }

    /// Whether the connection can be kept after this refusal.
    ///
    /// After a malformed head nobody can say where the next one begins. A body that was
    /// announced and not sent yet (`100-continue`) may never come.
    private func keepsConnection(_ request: borrowing OpenRequest, _ reason: Reason) -> Bool {
        guard let head = request.head, head.keepAlive, drainDeadline == nil else { return false }
        // The tunnel that it came in has ended, and with it what the connection was opened for.
        if request.tunnel != nil,
            !connections[request.agent.index].flags.contains(.insideTunnel)
        {
            return false
        }
        if head.expectsContinue { return false }
        switch head.body {
        case .none: return true
        case .fixed(let count): return count <= UInt64(Self.discardBytesMax)
        case .chunked: return true
        case .untilClose: return false
        }
    }

    /// Brings the connection into the state that follows a refusal.
    private mutating func settle(_ request: borrowing OpenRequest, keeps: Bool) {
        let agent = request.agent
        connections[agent.index].flags.remove(.headBegun)
        guard keeps, let head = request.head else {
            linger(agent)
            return
        }
        let reader = BodyReader(head.body)
        if reader.isComplete {
            awaitNextHead(agent)
        } else {
            discards[agent.number] = Discard(reader: reader, bytesLeft: Self.discardBytesMax)
            connections[agent.index].phase = .discarding
            setDeadline(agent, turn, 10_000)
        }
    }

    /// Waits for the next request on a kept connection.
    mutating func awaitNextHead(_ agent: Descriptor) {
        connections[agent.index].phase = .head
        // What kept the last request from being read has no say about the next one.
        connections[agent.index].flags.subtract([.headBegun, .paused])
        // A client that does not read its answers gets no more of them.
        if !connections[agent.index].outgoing.isEmpty {
            connections[agent.index].flags.insert(.paused)
        }
        setDeadline(agent, turn, limits.keepAliveMilliseconds)
    }

    /// Counts a refusal against its source.
    ///
    /// Challenges, quotas and our own failures are not the source's fault.
    private mutating func noteRefusal(_ request: borrowing OpenRequest, _ reason: Reason) -> Bool {
        switch reason {
        case .credentialsMissing, .noPolicy, .auditUnavailable, .draining, .overloaded,
            .verificationOverloaded, .verificationTimedOut, .quotaRPSExceeded, .quotaRPMExceeded,
            .policyDenied, .defaultDeny, .tooManyTunnels:
            return false
        default:
            let source = sources.key(connections[request.agent.index].address)
            return sources.note(source, now: request.moment.monotonic)
        }
    }

    private func retryAfter(_ request: borrowing OpenRequest, _ reason: Reason) -> Int? {
        if let quota = request.quota, !quota.isAdmitted {
            return Int((quota.retryAfterNanoseconds + 999_999_999) / 1_000_000_000)
        }
        switch reason {
        case .failureBudgetExhausted: return 10
        case .verificationOverloaded, .verificationTimedOut, .overloaded, .auditUnavailable:
            return 1
        default: return nil
        }
    }

    private static func rateLimit(_ verdict: QuotaVerdict) -> RateLimit? {
        guard verdict.limit > 0 || !verdict.isAdmitted else { return nil }
        return RateLimit(
            limit: Int(verdict.limit),
            remaining: Int(verdict.remaining),
            resetSeconds: Int((verdict.resetNanoseconds + 999_999_999) / 1_000_000_000),
            windowSeconds: verdict.applied == .stopRPM ? 60 : 1
        )
    }

    private static func writePolicyID(
        _ request: borrowing OpenRequest,
        _ reason: Reason,
        _ outbound: inout ByteBuffer
    ) -> Range<Int> {
        if let reserved = reason.reservedPolicyID {
            outbound.append(reserved)
        } else if let verdict = request.verdict, let policy = request.snapshot?.policy {
            policy.writePolicyID(verdict.policy, to: &outbound)
        }
        return 0..<outbound.count
    }

    /// Makes the name of a request.
    mutating func makeRequestID(_ moment: Moment) -> RequestID {
        RequestID(
            milliseconds: UInt64(moment.wall / 1_000_000),
            random: (random.next(), random.next())
        )
    }
}

extension Reason {
    /// The reason as the client is told it.
    ///
    /// Whether a key id exists must not be learnt from the answer, or the comparison in constant
    /// time would be in vain; the record keeps the truth.
    fileprivate var shown: Reason { self == .keyWrongSecret ? .keyUnknown : self }
}
