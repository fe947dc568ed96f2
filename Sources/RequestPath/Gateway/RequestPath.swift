// The spine: what happens to every request, in order. Each step hands the next one evidence,
// and the first refusal ends it. Read this file first.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressPolicy
import ClawgressReactor

/// What became of a head.
enum HeadFate {
    /// It was answered or sent on its way.
    case handled
    /// It must be looked at again when its token was verified; its bytes are still needed.
    case parked
}

extension Worker {
    /// Identify, decide, admit, record, forward.
    ///
    /// - Parameters:
    ///   - head: exactly one complete head in `inbound`.
    ///   - outbound: becomes the head to send upstream, with notes behind it.
    mutating func handle(
        _ agent: Descriptor,
        head: Range<Int>,
        _ inbound: borrowing ByteBuffer,
        _ outbound: inout ByteBuffer
    ) -> HeadFate {
        var request = openRequest(agent)
        outbound.removeAll()
        request.snapshot = snapshot
        let parsed: RequestHead
        do throws(Reason) {
            parsed = try parse(inbound.bytes.extracting(head), &outbound)
        } catch {
            return refuse(request, error, &outbound)
        }
        request.describe(parsed, in: &outbound)
        guard let snapshot else { return refuse(request, .noPolicy, &outbound) }

        guard let offered = parsed.proxyAuthorization else {
            return refuse(request, .credentialsMissing, &outbound)
        }
        let input = inbound.bytes.extracting(head)
        let value = input.extracting(offered)
        let source = sources.key(connections[agent.index].address)
        let identified: IdentifiedRequest
        switch identify(value, source, snapshot, request, into: &outbound) {
        case .identified(let proof): identified = proof
        case .mustVerify(let token, let claimed):
            request.claimed = claimed
            return park(request, token, source, &outbound)
        case .refused(let reason, let claimed):
            request.claimed = claimed
            return refuse(request, reason, &outbound)
        }
        request.note(identified)
        return decide(identified, &request, parsed, input, snapshot, &outbound)
    }

    /// Decide, admit, record, forward: what a request in a tunnel passes through, too.
    ///
    /// A port to which no tunnel leads is refused before policy is asked: no policy opens it.
    ///
    /// - Parameter input: the head, as it was sent.
    @inline(__always)
    mutating func decide(
        _ identified: IdentifiedRequest,
        _ request: inout OpenRequest,
        _ parsed: RequestHead,
        _ input: Span<UInt8>,
        _ snapshot: GatewaySnapshot,
        _ outbound: inout ByteBuffer
    ) -> HeadFate {
        let permitted: PermittedRequest
        let question = request.question
        if let refusal = snapshot.refusal(ofTunnel: question) {
            return refuse(request, refusal, &outbound)
        }
        switch identified.permit(question, parsed, input, &outbound, snapshot, request.decided) {
        case .permitted(let proof): permitted = proof
        case .refused(let verdict, let reason):
            request.verdict = verdict
            return refuse(request, reason, &outbound)
        }
        request.verdict = permitted.verdict

        switch permitted.admit(snapshot, now: request.decided.monotonic) {
        case .admitted(let admitted):
            request.quota = admitted.quota
            return forward(admitted, request, parsed, input, &outbound)
        case .refused(let verdict):
            request.quota = verdict
            return refuse(request, verdict.reason, &outbound)
        }
    }
}
