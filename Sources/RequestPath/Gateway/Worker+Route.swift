// From a name to an address that may be dialled: resolved once, every answer classified, and
// only a classified address is ever dialled.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressPolicy
import ClawgressReactor
import Synchronization

extension Worker {
    /// Finds the addresses of the destination: a literal, a fixed name, the cache, or a question.
    ///
    /// - Parameter outbound: the rewritten head; the texts of the question stand in it.
    mutating func route(
        _ request: borrowing OpenRequest,
        _ index: Int,
        _ snapshot: GatewaySnapshot,
        _ outbound: inout ByteBuffer
    ) {
        let question = request.question
        if question.kind == .address {
            go(to: [question.address], request, index, snapshot, &outbound)
            return
        }
        if let fixed = snapshot.staticHosts.addresses(of: outbound.bytes.extracting(question.host))
        {
            go(to: fixed, request, index, snapshot, &outbound)
            return
        }
        lookUp(request, index, snapshot, &outbound)
    }

    /// Goes to the first address that may be dialled: on a kept connection, or on a new one.
    private mutating func go(
        to addresses: [IPAddress],
        _ request: borrowing OpenRequest,
        _ index: Int,
        _ snapshot: GatewaySnapshot,
        _ outbound: inout ByteBuffer
    ) {
        let policy = exchanges[index].policyOrdinal
        let choice = allowed(addresses, policy, request, snapshot, outbound.bytes)
        exchanges[index].resolved = choice.addresses.first ?? addresses.first
        guard let address = choice.addresses.first else {
            failExchange(request.agent, choice.refusal, .refused, &outbound)
            return
        }
        let handOver = SystemClock.monotonicNanoseconds()
        exchanges[index].ownNanoseconds += handOver - exchanges[index].began
        exchanges[index].handedOver = handOver
        if !request.isTunnel {
            let head = outbound.bytes.extracting(0..<request.headEnd)
            if reuse(request.agent, index, address, head) { return }
        }
        guard let dial = makeDial(request, index, snapshot, outbound) else {
            failExchange(request.agent, .overloaded, .refused, &outbound)
            return
        }
        dials[dial].addresses = choice.addresses
        dialNext(dial, &outbound)
    }

    /// Which of `addresses` may be dialled, and why the last of the others may not.
    private func allowed(
        _ addresses: [IPAddress],
        _ policy: Int32,
        _ request: borrowing OpenRequest,
        _ snapshot: GatewaySnapshot,
        _ texts: Span<UInt8>
    ) -> AddressChoice {
        let query = request.question.query(
            texts,
            agent: request.agentOrdinal,
            now: request.decided.wallSeconds
        )
        return allowed(addresses, policy, query, snapshot)
    }

    private func allowed(
        _ addresses: [IPAddress],
        _ policy: Int32,
        _ query: borrowing PolicyQuery,
        _ snapshot: GatewaySnapshot
    ) -> AddressChoice {
        // The usual case, all of them allowed, copies nothing.
        var kept: [IPAddress]?
        var refusal = Reason.nameNotFound
        for (place, address) in addresses.enumerated() {
            if let reason = self.refusal(of: address, policy, query, snapshot) {
                refusal = reason
                if kept == nil { kept = Array(addresses[..<place]) }
            } else {
                kept?.append(address)
            }
        }
        return AddressChoice(addresses: kept ?? addresses, refusal: refusal)
    }

    /// Why an address may not be dialled; nil if it may.
    func refusal(
        of address: IPAddress,
        _ policy: Int32,
        _ query: borrowing PolicyQuery,
        _ snapshot: GatewaySnapshot
    ) -> Reason? {
        if isOwn(address, query.port, snapshot) { return .addressProtected }
        // The kernel connects a mapped address to the IPv4 socket behind it.
        if let carried = address.carriedV4, isOwn(carried, query.port, snapshot) {
            return .addressProtected
        }
        return snapshot.policy.addressVerdict(allowedBy: policy, query, resolved: address)
    }

    /// Whether the gateway itself or the control plane is at the address, which no policy opens.
    private func isOwn(_ address: IPAddress, _ port: UInt16, _ snapshot: GatewaySnapshot) -> Bool {
        if selfAddresses.contains(address, port: port) { return true }
        if port == shared.adminPort.load(ordering: .relaxed) {
            let place = AddressClass.of(address)
            if place == .loopback || place == .unspecified { return true }
        }
        for block in snapshot.protected where block.contains(address) { return true }
        return false
    }

    private mutating func makeDial(
        _ request: borrowing OpenRequest,
        _ index: Int,
        _ snapshot: GatewaySnapshot,
        _ outbound: borrowing ByteBuffer
    ) -> Int? {
        guard let dial = freeDials.take() else { return nil }
        dials.open(
            dial,
            Dial(
                agent: connections.token(request.agent.index),
                snapshot: snapshot,
                policy: exchanges[index].policyOrdinal,
                question: request.question,
                texts: outbound.bytes,
                headEnd: request.headEnd
            )
        )
        connections[request.agent.index].dial = Int32(dial)
        return dial
    }

    /// Ends a dial that is no longer needed.
    mutating func endDial(_ dial: Int) {
        dials.close(dial)
        freeDials.give(dial)
    }

    // MARK: - Names

    private mutating func lookUp(
        _ request: borrowing OpenRequest,
        _ index: Int,
        _ snapshot: GatewaySnapshot,
        _ outbound: inout ByteBuffer
    ) {
        let host = outbound.bytes.extracting(request.question.host).array()
        if let known = names.fresh(host, now: turn) {
            switch known {
            case .success(let addresses): go(to: addresses, request, index, snapshot, &outbound)
            case .failure(let failure):
                failExchange(request.agent, Reason(failure), .upstreamFailed, &outbound)
            }
            return
        }
        let now = SystemClock.monotonicNanoseconds()
        exchanges[index].ownNanoseconds += now - exchanges[index].began
        guard let dial = makeDial(request, index, snapshot, outbound) else {
            failExchange(request.agent, .overloaded, .refused, &outbound)
            return
        }
        setDeadline(request.agent, turn, snapshot.limits.resolveMilliseconds)
        guard names.wait(host, dials.token(dial), now: turn) else { return }
        ask(host)
    }

    /// Asks the resolver; the answer comes back through the inbox.
    private func ask(_ host: [UInt8]) {
        handle.metrics.add(.nameQuestions)
        let inbox = handle.inbox
        shared.resolver.resolve(host) { answer in inbox.post(.resolved(answer)) }
    }

    /// Takes a name server's answer and sends everyone who waited for it on.
    mutating func take(_ answer: Resolution, _ outbound: inout ByteBuffer) {
        for token in names.store(answer, now: turn) {
            guard let dial = dials.index(of: token) else { continue }
            guard let agent = connections.index(of: dials[dial].agent) else {
                endDial(dial)
                continue
            }
            resume(dial, Descriptor(Int32(agent)), answer, &outbound)
        }
    }

    private mutating func resume(
        _ dial: Int,
        _ agent: Descriptor,
        _ answer: Resolution,
        _ outbound: inout ByteBuffer
    ) {
        let index = Int(connections[agent.index].exchange)
        let limits = dials[dial].snapshot?.limits ?? Limits()
        switch answer.result {
        case .failure(let failure):
            failExchange(agent, Reason(failure), .upstreamFailed, &outbound)
        case .success(let found):
            let choice = allowed(found.addresses, dial, index)
            exchanges[index].resolved = choice.addresses.first ?? found.addresses.first
            guard !choice.addresses.isEmpty else {
                failExchange(agent, choice.refusal, .refused, &outbound)
                return
            }
            exchanges[index].handedOver = SystemClock.monotonicNanoseconds()
            setDeadline(agent, turn, limits.responseMilliseconds)
            dials[dial].addresses = choice.addresses
            // A round that went by while it waited for its name has not asked about it, and a kept
            // connection would take it at once.
            guard remainsAllowed(agent, index, &outbound) else { return }
            if reuse(afterWait: dial, agent, index) { return }
            dialNext(dial, &outbound)
        }
    }

    private func allowed(_ addresses: [IPAddress], _ dial: Int, _ index: Int) -> AddressChoice {
        let texts = dials[dial].texts
        guard let snapshot = dials[dial].snapshot else {
            return AddressChoice(addresses: [], refusal: .overloaded)
        }
        let query = dials[dial].question.query(
            texts.span,
            agent: exchanges[index].agentOrdinal,
            now: Int64(SystemClock.realtimeNanoseconds() / 1_000_000_000)
        )
        return allowed(addresses, exchanges[index].policyOrdinal, query, snapshot)
    }
}

/// What is left of a name's addresses after classification.
struct AddressChoice {
    let addresses: [IPAddress]
    /// Why the last refused one was refused.
    let refusal: Reason
}

extension Reason {
    /// The reason code of a failed resolution.
    init(_ failure: ResolutionFailure) {
        switch failure {
        case .notFound: self = .nameNotFound
        case .failed, .overloaded: self = .nameResolutionFailed
        case .timedOut: self = .nameResolutionTimedOut
        }
    }
}
