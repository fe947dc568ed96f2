// What is known of a request while it is being judged: facts for its record and its answer,
// collected stage by stage. Ranges point into the worker's outgoing scratch buffer.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressPolicy
import ClawgressQuota
import ClawgressReactor

/// A request between its head and its fate.
///
/// Noncopyable because it is large and handed to a dozen functions: a copy for each of them
/// cost as much as parsing the head.
struct OpenRequest: ~Copyable {
    let agent: Descriptor
    /// When its head was complete: its record says so, and its latency counts from then.
    let moment: Moment
    /// When it is decided: the same instant, or the end of a wait, because a time window or a key
    /// may have ended meanwhile and quotas are exact only for callers that are not behind.
    let decided: Moment
    /// What it waited for, if its token had to be verified elsewhere.
    let waited: ParkedRequest?
    /// The id of the CONNECT in whose tunnel it came; nil outside of tunnels.
    let tunnel: RequestID?
    var snapshot: GatewaySnapshot?
    /// The parsed head; nil for a malformed one.
    var head: RequestHead?
    /// Where the rewritten head ends in the outgoing buffer; notes follow.
    var headEnd = 0
    /// What policy is asked; its texts stand in the outgoing buffer.
    var question = Question()
    /// The offered agent id, in the outgoing buffer.
    var claimed: Range<Int>?
    /// The proven agent's place in the snapshot; -1 while not proven.
    var agentOrdinal: Int32 = -1
    var authentication = AuthenticationType.none
    /// The credential's public name, in the outgoing buffer.
    var credentialID: Range<Int>?
    var verdict: PolicyVerdict?
    var quota: QuotaVerdict?

    init(
        agent: Descriptor,
        moment: Moment,
        decided: Moment? = nil,
        waited: ParkedRequest? = nil,
        tunnel: RequestID? = nil
    ) {
        self.agent = agent
        self.moment = moment
        self.decided = decided ?? moment
        self.waited = waited
        self.tunnel = tunnel
    }

    /// Takes over what the head says; `outbound` holds the rewritten head and nothing else.
    mutating func describe(_ parsed: RequestHead, in outbound: inout ByteBuffer) {
        head = parsed
        headEnd = outbound.count
        question = Question(parsed, in: &outbound)
    }

    /// Takes over who asks.
    mutating func note(_ identified: IdentifiedRequest) {
        agentOrdinal = identified.agent
        authentication = identified.authentication
        credentialID = identified.credentialID
    }

    var isTunnel: Bool { head?.isTunnel ?? false }
}

extension Worker {
    /// Judges a head and writes its upstream form to the front of `outbound`.
    func parse(
        _ head: Span<UInt8>,
        _ outbound: inout ByteBuffer
    ) throws(Reason) -> RequestHead {
        try RequestHead.parse(
            head,
            limits: HeadLimits(limits),
            gatewayName: gatewayID.span,
            into: &outbound
        )
    }
}
