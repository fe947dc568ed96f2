// The second evidence: a request that policy allows. Only this file can make one.

import ClawgressBytes
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
    case refused(PolicyVerdict)
}

extension IdentifiedRequest {
    /// Asks policy about the canonical request.
    ///
    /// - Parameter rewritten: the outgoing buffer, which holds the question's texts.
    func permit(
        _ question: Question,
        _ rewritten: Span<UInt8>,
        _ snapshot: GatewaySnapshot,
        _ moment: Moment
    ) -> PermitOutcome {
        let query = question.query(rewritten, agent: agent, now: moment.wallSeconds)
        let verdict = snapshot.policy.decide(query)
        return verdict.isAllowed ? .permitted(PermittedRequest(self, verdict)) : .refused(verdict)
    }
}
