// The first evidence: a request whose sender is proven. Only this file can make one, so a
// request that skipped identity does not compile into the later stages.

import ClawgressBytes
import ClawgressForward
import ClawgressIdentity
import ClawgressModel
import ClawgressReactor

/// A request with a proven identity.
struct IdentifiedRequest {
    /// The agent's place in the snapshot.
    let agent: Int32
    let authentication: AuthenticationType
    /// The credential's public name, in the scratch buffer.
    let credentialID: Range<Int>

    fileprivate init(_ proof: AcceptedToken, credentialID: Range<Int>) {
        agent = proof.agentOrdinal
        authentication = .jwt
        self.credentialID = credentialID
    }

    fileprivate init(_ tunnel: CarryingTunnel, agent: Int32, credentialID: Range<Int>) {
        self.agent = agent
        authentication = tunnel.authentication
        self.credentialID = credentialID
    }

    fileprivate init(_ proof: VerifiedIdentity) {
        agent = proof.agentOrdinal
        authentication = proof.authenticationType
        credentialID = proof.credentialID
    }
}

/// What identity says about a request.
enum IdentifyOutcome {
    case identified(IdentifiedRequest)
    /// The token is new to this worker and must be verified elsewhere.
    case mustVerify(token: Range<Int>, claimed: Range<Int>?)
    /// `claimed` is the offered agent id, in the scratch buffer.
    case refused(Reason, claimed: Range<Int>?)
}

extension Worker {
    /// Proves who asks.
    ///
    /// - Parameters:
    ///   - value: the field value of `Proxy-Authorization`.
    ///   - scratch: the outgoing buffer, behind the rewritten head; gets the decoded credentials.
    mutating func identify(
        _ value: Span<UInt8>,
        _ source: UInt64,
        _ snapshot: GatewaySnapshot,
        _ request: borrowing OpenRequest,
        into scratch: inout ByteBuffer
    ) -> IdentifyOutcome {
        let known = proofs.proof(
            of: value,
            snapshot.identity,
            generation: snapshot.generation,
            now: request.decided.wallSeconds,
            into: &scratch
        )
        let digest: KeyedDigest.Value?
        switch known {
        case .known(let proof): return .identified(IdentifiedRequest(proof))
        case .unknown(let value): digest = value
        }
        let offered: Credential
        do throws(IdentityRefusal) {
            offered = try Credential.parse(value, into: &scratch)
        } catch {
            return .refused(error.reason, claimed: nil)
        }
        switch offered {
        case .key(let agent, let keyID, let secret):
            let outcome = identifyByKey(
                agent,
                keyID,
                secret,
                source,
                snapshot,
                request.decided,
                scratch
            )
            if case .identified = outcome, let digest {
                proofs.remember(
                    digest,
                    keyID: scratch.bytes.extracting(keyID),
                    snapshot.identity,
                    generation: snapshot.generation
                )
            }
            return outcome
        case .token(let token, let claimed):
            return identifyByToken(token, claimed, source, snapshot, request, &scratch)
        }
    }

    /// Proves who asks in a tunnel: whoever opened it, as long as the tunnel would still be allowed.
    ///
    /// - Parameter scratch: gets the credential's public name appended.
    /// - Throws: why the tunnel would be refused now.
    mutating func identify(
        _ tunnel: CarryingTunnel,
        into scratch: inout ByteBuffer
    ) throws(Reason) -> IdentifiedRequest {
        if let cause = refusalNow(tunnel.exchange, &scratch) { throw cause }
        let start = scratch.count
        scratch.append(tunnel.credentialID)
        return IdentifiedRequest(
            tunnel,
            agent: exchanges[tunnel.exchange].agentOrdinal,
            credentialID: start..<scratch.count
        )
    }

    private mutating func identifyByKey(
        _ agent: Range<Int>,
        _ keyID: Range<Int>,
        _ secret: Range<Int>,
        _ source: UInt64,
        _ snapshot: GatewaySnapshot,
        _ moment: Moment,
        _ scratch: borrowing ByteBuffer
    ) -> IdentifyOutcome {
        let claimed = agent.isEmpty ? nil : agent
        do throws(IdentityRefusal) {
            let proof = try snapshot.identity.verifyKey(
                scratch.bytes,
                agent: agent,
                keyID: keyID,
                secret: secret,
                now: moment.wallSeconds
            )
            return .identified(IdentifiedRequest(proof))
        } catch {
            let name = hash.hash(scratch.bytes.extracting(agent))
            return .refused(budgeted(error.reason, source, name, moment), claimed: claimed)
        }
    }

    private mutating func identifyByToken(
        _ token: Range<Int>,
        _ claimed: Range<Int>?,
        _ source: UInt64,
        _ snapshot: GatewaySnapshot,
        _ request: borrowing OpenRequest,
        _ scratch: inout ByteBuffer
    ) -> IdentifyOutcome {
        if let waited = request.waited, let verdict = waited.verdict,
            waited.generation == snapshot.generation,
            waited.token.span.equals(scratch.bytes.extracting(token))
        {
            return settle(verdict, claimed, snapshot, &scratch)
        }
        let known = tokens.verdict(
            on: token,
            in: &scratch,
            generation: snapshot.generation,
            now: request.decided.wallSeconds
        )
        switch known {
        case .accepted(let proof):
            return accept(IdentifiedRequest(proof), claimed, snapshot, scratch.bytes)
        case .refused(let reason):
            return .refused(reason, claimed: claimed)
        case .unknown:
            let name = claimed.map { hash.hash(scratch.bytes.extracting($0)) } ?? 0
            if failures.isExhausted(source: source, claimed: name, now: request.decided.monotonic) {
                return .refused(.failureBudgetExhausted, claimed: claimed)
            }
            return .mustVerify(token: token, claimed: claimed)
        }
    }

    /// Takes the verdict that a request has waited for.
    private func settle(
        _ verdict: TokenVerdict,
        _ claimed: Range<Int>?,
        _ snapshot: GatewaySnapshot,
        _ scratch: inout ByteBuffer
    ) -> IdentifyOutcome {
        switch verdict {
        case .accepted(let proof):
            let start = scratch.count
            scratch.append(text: proof.credentialID)
            let identified = IdentifiedRequest(proof, credentialID: start..<scratch.count)
            return accept(identified, claimed, snapshot, scratch.bytes)
        case .refused(let reason):
            return .refused(reason, claimed: claimed)
        }
    }

    /// A token that was offered for another agent than it names proves nothing.
    private func accept(
        _ identified: IdentifiedRequest,
        _ claimed: Range<Int>?,
        _ snapshot: GatewaySnapshot,
        _ scratch: Span<UInt8>
    ) -> IdentifyOutcome {
        guard let claimed, !claimed.isEmpty else { return .identified(identified) }
        do throws(IdentityRefusal) {
            try snapshot.identity.requireAgent(
                identified.agent,
                named: scratch.extracting(claimed)
            )
            return .identified(identified)
        } catch {
            return .refused(error.reason, claimed: claimed)
        }
    }

    /// Counts a failure, and replaces its reason once the budget is used up: the answer then
    /// says nothing about the credentials, so guessing learns nothing.
    mutating func budgeted(
        _ reason: Reason,
        _ source: UInt64,
        _ claimed: UInt64,
        _ moment: Moment
    ) -> Reason {
        guard FailureBudget.counts(reason) else { return reason }
        if failures.isExhausted(source: source, claimed: claimed, now: moment.monotonic) {
            return .failureBudgetExhausted
        }
        failures.noteFailure(source: source, claimed: claimed, now: moment.monotonic)
        return reason
    }
}
