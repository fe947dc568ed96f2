// Requests whose token is new: they wait, their bytes kept, until the verdict is here, and are
// then looked at again from the beginning, with the verdict in the cache.

import ClawgressBytes
import ClawgressForward
import ClawgressIdentity
import ClawgressModel
import ClawgressReactor

/// A request that waits for a verdict on its token, or has one.
struct ParkedRequest {
    /// When its head was complete: the request began then, however long it waits.
    let moment: Moment
    let token: [UInt8]
    /// The snapshot that the token is verified under.
    let generation: UInt64
    /// The verdict; nil while it is awaited.
    var verdict: TokenVerdict?
}

extension Worker {
    /// How long a verification may take.
    private static var verificationMilliseconds: Int { 5_000 }

    /// Sends a token to be verified, and lets its request wait.
    mutating func park(
        _ request: borrowing OpenRequest,
        _ token: Range<Int>,
        _ source: UInt64,
        _ outbound: inout ByteBuffer
    ) -> HeadFate {
        guard let snapshot = request.snapshot else { return refuse(request, .noPolicy, &outbound) }
        let question = TokenDesk.Question(
            connection: connections.token(request.agent.index),
            token: outbound.bytes.extracting(token).array(),
            snapshot: snapshot,
            source: source,
            claimed: request.claimed.map { hash.hash(outbound.bytes.extracting($0)) } ?? 0,
            inbox: handle.inbox
        )
        guard shared.tokenDesk.ask(question) else {
            return refuse(request, .verificationOverloaded, &outbound)
        }
        handle.metrics.add(.tokensVerified)
        parked[request.agent.number] = ParkedRequest(
            moment: request.moment,
            token: outbound.bytes.extracting(token).array(),
            generation: snapshot.generation
        )
        connections[request.agent.index].phase = .waiting
        setDeadline(request.agent, turn, Self.verificationMilliseconds)
        return .parked
    }

    /// Takes a verdict and looks at the request that waits for it again.
    mutating func take(_ verified: VerifiedToken) {
        tokens.remember(
            verified.verdict,
            on: verified.token.span,
            generation: verified.generation,
            now: verified.seconds
        )
        // Whether or not the agent still waits: guessing and running away is guessing.
        if case .refused(let reason) = verified.verdict, FailureBudget.counts(reason) {
            failures.noteFailure(source: verified.source, claimed: verified.claimed, now: turn)
        }
        guard let index = connections.index(of: verified.connection),
            parked[Int32(index)] != nil
        else { return }
        // Kept with the request and not only in the cache, which may have forgotten it by the
        // time of the second look: a request is parked once for a snapshot, never in circles.
        parked[Int32(index)]?.verdict = verified.verdict
        connections[index].phase = .head
        schedule(Descriptor(Int32(index)))
    }

    /// Begins to judge a request: one that comes now, or one that waited for its token.
    mutating func openRequest(_ agent: Descriptor) -> OpenRequest {
        if !parked.isEmpty, let waited = parked.removeValue(forKey: agent.number) {
            return OpenRequest(
                agent: agent,
                moment: waited.moment,
                decided: clock.read(),
                waited: waited
            )
        }
        if connections[agent.index].flags.contains(.insideTunnel) {
            let tunnel = carriers[agent.number].map { exchanges[$0.exchange].requestID }
            return OpenRequest(agent: agent, moment: clock.read(), tunnel: tunnel)
        }
        return OpenRequest(agent: agent, moment: clock.read())
    }

    /// No verdict in time: the request is answered, and its bytes are thrown away with it.
    mutating func expireVerification(_ agent: Descriptor, _ outbound: inout ByteBuffer) {
        let request = reopen(agent, into: &outbound)
        _ = refuse(request, .verificationTimedOut, &outbound)
    }

    /// Records a request whose agent went away while its token was verified.
    mutating func recordLeft(_ agent: Descriptor) {
        var scratch = ByteBuffer(capacity: 2 * connections[agent.index].incoming.count + 8_192)
        let request = reopen(agent, into: &scratch)
        let requestID = makeRequestID(request.moment)
        _ = recordRefusal(
            request,
            requestID,
            .clientClosed,
            status: 0,
            outcome: .clientClosed,
            &scratch
        )
    }

    /// Takes a parked request back, described anew from its bytes, which are thrown away.
    private mutating func reopen(
        _ agent: Descriptor,
        into scratch: inout ByteBuffer
    ) -> OpenRequest {
        var request = openRequest(agent)
        let held = connections[agent.index].incoming.take()
        scratch.removeAll()
        do throws(Reason) {
            let found = try HeadScanner.scan(held.bytes, from: 0, limit: limits.headBytes)
            guard case .complete(let start, let end) = found else { return request }
            let parsed = try parse(held.bytes.extracting(start..<end), &scratch)
            request.snapshot = snapshot
            request.describe(parsed, in: &scratch)
        } catch {
            // New limits may refuse a head that passed before: it is recorded without its parts.
            scratch.removeAll()
        }
        return request
    }
}
