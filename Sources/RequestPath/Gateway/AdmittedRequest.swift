// The third evidence: a permitted request within its quota. Forwarding takes nothing less.

import ClawgressModel
import ClawgressQuota

/// A permitted request that the agent's quota admits.
struct AdmittedRequest {
    let permitted: PermittedRequest
    let quota: QuotaVerdict

    /// The agent's place in the snapshot.
    var agent: Int32 { permitted.identified.agent }

    fileprivate init(_ permitted: PermittedRequest, _ quota: QuotaVerdict) {
        self.permitted = permitted
        self.quota = quota
    }
}

/// What the quota says about a request.
enum AdmitOutcome {
    case admitted(AdmittedRequest)
    case refused(QuotaVerdict)
}

extension PermittedRequest {
    /// Counts the request against its agent's limits.
    func admit(_ snapshot: GatewaySnapshot, now: UInt64) -> AdmitOutcome {
        let verdict = snapshot.quota.admit(agent: identified.agent, now: now)
        return verdict.isAdmitted
            ? .admitted(AdmittedRequest(self, verdict)) : .refused(verdict)
    }
}

extension QuotaVerdict {
    /// The reason of a refusal by this verdict.
    var reason: Reason { applied == .stopRPM ? .quotaRPMExceeded : .quotaRPSExceeded }
}
