// What is open is decided again: under a new snapshot, and where the time changes what the one in
// force says. What would be refused now is closed, on both sides, and recorded with the cause.
//
// Nothing is kept for this while an exchange is open, but for a path that must not be recorded as
// it is: all else that was asked when it was allowed is said by its slot in the spool.

import ClawgressAudit
import ClawgressBytes
import ClawgressForward
import ClawgressIdentity
import ClawgressModel
import ClawgressPolicy
import ClawgressReactor

extension Worker {
    /// What one turn of the loop may cost: a question costs one.
    private static var turnCostMax: Int { 500 }
    /// A closing takes several system calls: about twenty times as long as a question.
    private static var closingCost: Int { 20 }
    /// Places of the table that are looked at in one turn.
    private static var placesMax: Int { 16_384 }

    /// Begins a round over everything that is open.
    mutating func beginRedecision() {
        let moment = clock.read()
        let edge = snapshot?.nextEdge(after: moment.wallSeconds)
        rounds.begin(edge: edge, wall: moment.wall, now: turn)
    }

    /// Begins a round if the time for one has come, and goes on with the one that runs.
    mutating func redecideOpen(_ outbound: inout ByteBuffer) {
        if rounds.mustLook(now: turn), rounds.look(wall: clock.read().wall, now: turn) {
            beginRedecision()
        }
        guard rounds.isRunning else { return }
        var place = rounds.place
        let end = min(place + Self.placesMax, connections.capacity)
        var cost = 0
        while place < end, cost < Self.turnCostMax {
            if connections.isOpen(place) { cost += ask(Descriptor(Int32(place)), &outbound) }
            place += 1
        }
        rounds.advance(to: place, of: connections.capacity)
    }

    /// Asks about the exchange of one connection, if it has one.
    ///
    /// What is on its way to its origin is asked when it gets there, because until then the
    /// address is not known.
    ///
    /// - Returns: what it cost.
    private mutating func ask(_ agent: Descriptor, _ outbound: inout ByteBuffer) -> Int {
        let carries = connections[agent.index].flags.contains(.insideTunnel)
        if carries, !carrierRemains(agent, &outbound) { return Self.closingCost }
        let cost = carries ? 1 : 0
        let origin = connections[agent.index].peer
        guard connections[agent.index].isAgent, connections[agent.index].exchange >= 0,
            origin.isSome, connections[origin.index].phase != .connecting
        else { return cost }
        let index = Int(connections[agent.index].exchange)
        guard exchanges[index].round != rounds.number else { return cost }
        return cost + (remainsAllowed(agent, index, &outbound) ? 1 : Self.closingCost)
    }

    /// Asks about an exchange that was decided under an older round, and closes it if it would be
    /// refused now.
    ///
    /// - Returns: whether it goes on.
    mutating func remainsAllowed(
        _ agent: Descriptor,
        _ index: Int,
        _ outbound: inout ByteBuffer
    ) -> Bool {
        if exchanges[index].round == rounds.number { return true }
        handle.metrics.add(.exchangesRedecided)
        outbound.removeAll()
        if let cause = refusalNow(index, &outbound) {
            closeByPolicy(agent, cause, &outbound)
            return false
        }
        // A ClientHello that is still awaited is judged by the policy that allows it now.
        let dial = Int(connections[agent.index].dial)
        if dial >= 0, dials[dial].snapshot != nil, let snapshot {
            dials[dial].adopt(snapshot, policy: exchanges[index].policyOrdinal)
        }
        return true
    }

    /// Why an open exchange would be refused now; nil if it would not.
    ///
    /// Identity without its secret, then policy, then the address, if there is one, then whether
    /// policy wants to know what is in a tunnel at which nobody looked. It was counted against
    /// quotas and limits when it began. What cannot be asked about, because there was no room to
    /// record it or to record all of it, is refused.
    ///
    /// - Parameter scratch: as before afterwards.
    mutating func refusalNow(_ index: Int, _ scratch: inout ByteBuffer) -> Reason? {
        let mark = scratch.count
        defer { scratch.truncate(to: mark) }
        guard let snapshot, let slot = exchanges[index].slot,
            let recalled = spool.recall(slot, into: &scratch)
        else { return .noLongerAllowed }
        let seconds = clock.read().wallSeconds
        let agent: Int32
        do throws(IdentityRefusal) {
            agent = try snapshot.identity.confirm(
                agent: scratch.bytes.extracting(recalled.agentID),
                by: recalled.authentication,
                credentialID: scratch.bytes.extracting(recalled.credentialID),
                now: seconds
            )
        } catch {
            return error.reason
        }
        let question = asked(recalled, index, &scratch)
        if let refusal = snapshot.refusal(ofTunnel: question) { return refusal }
        let verdict = snapshot.policy.decide(
            question.query(scratch.bytes, agent: agent, now: seconds)
        )
        guard verdict.isAllowed else { return verdict.reason }
        if let folded = question.foldedVerdict(agent: agent, now: seconds, snapshot, &scratch),
            !folded.isAllowed
        {
            return folded.reason
        }
        let query = question.query(scratch.bytes, agent: agent, now: seconds)
        // Before it was resolved there is no address yet, and each will be asked about.
        if let address = exchanges[index].resolved,
            let reason = refusal(of: address, verdict.policy, query, snapshot)
        {
            return reason
        }
        if exchanges[index].flags.contains(.carriesAnything),
            snapshot.policy.tlsContent(verdict.policy) == .require
        {
            return .tunnelNotTLS
        }
        exchanges[index].agentOrdinal = agent
        exchanges[index].policyOrdinal = verdict.policy
        exchanges[index].round = rounds.number
        return nil
    }

    /// The question that was asked about an exchange: its slot says it, but for a path that was
    /// recorded otherwise.
    private func asked(
        _ recalled: RecalledExchange,
        _ index: Int,
        _ scratch: inout ByteBuffer
    ) -> Question {
        var question = Question(recalled, in: scratch.bytes)
        if exchanges[index].flags.contains(.isRedacted), let path = askedPaths[index] {
            let start = scratch.count
            scratch.append(path)
            question.path = start..<scratch.count
        }
        return question
    }

    /// Ends an exchange that would be refused now.
    ///
    /// By resets, because neither side must take what it got for the whole; where no answer has
    /// begun, the agent can still be told.
    mutating func closeByPolicy(
        _ agent: Descriptor,
        _ cause: Reason,
        _ outbound: inout ByteBuffer
    ) {
        let closing = self.closing(cause)
        guard connections[agent.index].phase != .tunnel else {
            closeTunnel(agent, .closedByPolicy, .noLongerAllowed, closing)
            return
        }
        let origin = connections[agent.index].peer
        if origin.isSome { connections[origin.index].socket.resetOnClose() }
        failExchange(agent, .noLongerAllowed, .closedByPolicy, &outbound, closing)
    }
}

extension Worker {
    /// What is recorded of a later decision that closes an exchange.
    func closing(_ cause: Reason) -> Closing {
        Closing(serial: snapshot?.serial ?? 0, reason: cause)
    }
}

extension GatewaySnapshot {
    /// The next second, since 1970 UTC, at which the same question may get another answer: a time
    /// window begins or ends, or a key expires; nil for never.
    func nextEdge(after seconds: Int64) -> Int64? {
        switch (policy.nextWindowEdge(after: seconds), identity.nextExpiry(after: seconds)) {
        case (let window?, let expiry?): min(window, expiry)
        case (let window, let expiry): window ?? expiry
        }
    }
}

extension Question {
    /// What policy says about the same method in capitals; nil if it has no other letters.
    ///
    /// - Parameter scratch: the buffer with the question's texts; as before afterwards.
    fileprivate func foldedVerdict(
        agent: Int32,
        now: Int64,
        _ snapshot: GatewaySnapshot,
        _ scratch: inout ByteBuffer
    ) -> PolicyVerdict? {
        guard OtherMethod.hasSmallLetters(scratch.bytes.extracting(method)) else { return nil }
        let copy = scratch.bytes.extracting(method).array()
        let other = OtherMethod(question: self, agent: agent, now: now)
        return other.verdict(for: copy.span, snapshot, &scratch)
    }

    /// The question that was asked about a recalled exchange, whose texts are in `texts`.
    init(_ recalled: RecalledExchange, in texts: Span<UInt8>) {
        self.init()
        isTunnel = recalled.requestProtocol == .connect
        port = recalled.destinationPort
        host = recalled.host
        method = recalled.method
        path = recalled.path
        // No canonical name looks like an address.
        if let literal = IPAddress(texts.extracting(recalled.host)) {
            kind = .address
            address = literal
        }
    }
}
