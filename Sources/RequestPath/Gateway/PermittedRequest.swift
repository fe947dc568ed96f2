// The second evidence: a request that policy allows. Only this file can make one.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressPolicy

/// An identified request that policy allows.
struct PermittedRequest {
    let identified: IdentifiedRequest
    let verdict: PolicyVerdict

    fileprivate init(_ identified: IdentifiedRequest, _ verdict: PolicyVerdict) {
        self.identified = identified
        self.verdict = verdict
    }
}

/// What policy says about a request.
enum PermitOutcome {
    case permitted(PermittedRequest)
    case refused(PolicyVerdict, Reason)
}

extension IdentifiedRequest {
    /// Asks policy about the canonical request.
    ///
    /// - Parameters:
    ///   - head: the parsed head.
    ///   - input: the bytes that it was parsed from.
    ///   - rewritten: the outgoing buffer, which holds the question's texts; as before afterwards.
    func permit(
        _ question: Question,
        _ head: RequestHead,
        _ input: Span<UInt8>,
        _ rewritten: inout ByteBuffer,
        _ snapshot: GatewaySnapshot,
        _ moment: Moment
    ) -> PermitOutcome {
        let now = moment.wallSeconds
        let verdict = snapshot.policy.decide(
            question.query(rewritten.bytes, agent: agent, now: now)
        )
        guard verdict.isAllowed else { return .refused(verdict, verdict.reason) }
        if head.method == .other || head.methodOverrides != nil {
            let other = OtherMethod(question: question, agent: agent, now: now)
            if let refusal = refusal(other, verdict, head, input, &rewritten, snapshot) {
                return refusal
            }
        }
        return .permitted(PermittedRequest(self, verdict))
    }

    /// Why a request that policy allows is refused for what an origin may take it for.
    private func refusal(
        _ other: OtherMethod,
        _ verdict: PolicyVerdict,
        _ head: RequestHead,
        _ input: Span<UInt8>,
        _ rewritten: inout ByteBuffer,
        _ snapshot: GatewaySnapshot
    ) -> PermitOutcome? {
        let method = input.extracting(head.methodText)
        if head.method == .other, OtherMethod.hasSmallLetters(method),
            let folded = other.verdict(for: method, snapshot, &rewritten), !folded.isAllowed
        {
            return .refused(folded, folded.reason)
        }
        guard head.methodOverrides != nil, !head.isTunnel else { return nil }
        let isHarmless =
            !snapshot.policy.namesMethods(verdict.policy)
            && other.overridesAreAllowed(head, input, snapshot, &rewritten)
        return isHarmless ? nil : .refused(verdict, .methodOverrideRefused)
    }
}
