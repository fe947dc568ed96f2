// The origin's side of the gateway: answers out to the agent, as they come.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// Interim answers that one request may cause; more is an attack on the agent.
    private static var interimMax: UInt8 { 32 }

    mutating func readOrigin(
        _ origin: Descriptor,
        _ inbound: inout ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        let token = connections.token(origin.index)
        var turns = 0
        while !connections[origin.index].flags.contains(.paused) {
            turns += 1
            if turns > Self.turnsMax { return schedule(origin) }
            inbound.removeAll()
            if !connections[origin.index].flags.contains(.holdsReplay) {
                inbound.append(connections[origin.index].incoming.bytes)
                connections[origin.index].incoming.removeAll()
            }
            let waiting = inbound.count
            guard receive(origin, &inbound) else {
                if replay(origin, &outbound) { return }
                originBroke(origin, .upstreamClosed, &outbound)
                return
            }
            noteReceived(origin, inbound.count - waiting)
            consumeOrigin(origin, &inbound, &outbound)
            guard connections.index(of: token) != nil else { return }
            let phase = connections[origin.index].phase
            guard phase == .answerHead || phase == .answerBody else { return }
            if connections[origin.index].flags.contains(.ended) {
                originEnded(origin, &outbound)
                return
            }
            guard connections[origin.index].flags.contains(.readable) else { return }
        }
    }

    private mutating func noteReceived(_ origin: Descriptor, _ count: Int) {
        guard count > 0 else { return }
        if connections[origin.index].flags.contains(.holdsReplay) {
            connections[origin.index].flags.remove(.holdsReplay)
            connections[origin.index].incoming.removeAll()
        }
        let agent = connections[origin.index].peer
        let index = Int(connections[agent.index].exchange)
        exchanges[index].bytesIn += UInt64(count)
        // Interim answers do not prolong the time in which the answer must begin.
        if connections[origin.index].phase == .answerBody { touch(agent) }
    }

    private mutating func consumeOrigin(
        _ origin: Descriptor,
        _ inbound: inout ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        let token = connections.token(origin.index)
        var offset = 0
        while offset < inbound.count, connections.index(of: token) != nil {
            switch connections[origin.index].phase {
            case .answerHead:
                guard let next = takeAnswer(origin, from: offset, inbound, &outbound) else {
                    return
                }
                offset = next
            case .answerBody:
                relayAnswer(origin, from: offset, inbound, &outbound)
                return
            default:
                return
            }
        }
    }

    /// Takes one answer head, and what of its body came with it.
    ///
    /// - Returns: where the next bytes stand; nil if the rest was kept or the exchange is over.
    private mutating func takeAnswer(
        _ origin: Descriptor,
        from offset: Int,
        _ inbound: borrowing ByteBuffer,
        _ outbound: inout ByteBuffer
    ) -> Int? {
        let agent = connections[origin.index].peer
        let index = Int(connections[agent.index].exchange)
        outbound.removeAll()
        let answer: ResponseHead
        let front: Int
        let end: Int
        do throws(Reason) {
            let found = try HeadScanner.scanResponse(
                inbound.bytes.extracting(offset..<inbound.count),
                from: 0,
                limit: limits.headBytes
            )
            guard case .complete(let start, let stop) = found else {
                connections[origin.index].incoming.append(inbound.bytes, offset..<inbound.count)
                return nil
            }
            front = offset + start
            end = offset + stop
            answer = try ResponseHead.parse(
                inbound.bytes.extracting(front..<end),
                request: context(index),
                limits: HeadLimits(limits),
                gatewayName: gatewayID.span,
                into: &outbound
            )
        } catch {
            originBroke(origin, .upstreamMalformed, &outbound)
            return nil
        }
        if answer.switchesProtocols {
            guard webSockets[index]?.stands(in: inbound.bytes.extracting(front..<end)) == true
            else {
                originBroke(origin, .webSocketAcceptMismatch, &outbound)
                return nil
            }
            openWebSocket(origin, agent, from: end, inbound, &outbound)
            return nil
        }
        if answer.isInterim { return passInterim(origin, agent, index, end, &outbound) }
        beginAnswer(origin, index, answer)
        return relayFirst(origin, agent, index, from: end, inbound, &outbound)
    }

    private func context(_ index: Int) -> ResponseContext {
        let flags = exchanges[index].flags
        return ResponseContext(
            isHead: flags.contains(.isHead),
            agentIsVersion10: flags.contains(.isVersion10),
            // An agent whose body was not read to its end cannot be kept: say so.
            agentKeepAlive: flags.isSuperset(of: [.keepAlive, .requestDone])
                && drainDeadline == nil,
            asksWebSocket: flags.contains(.asksWebSocket)
        )
    }

    private mutating func passInterim(
        _ origin: Descriptor,
        _ agent: Descriptor,
        _ index: Int,
        _ end: Int,
        _ outbound: inout ByteBuffer
    ) -> Int? {
        exchanges[index].interims &+= 1
        guard exchanges[index].interims <= Self.interimMax else {
            originBroke(origin, .upstreamMalformed, &outbound)
            return nil
        }
        guard connections[agent.index].deliver(outbound.bytes) else {
            agentBroke(agent)
            return nil
        }
        return end
    }

    private mutating func beginAnswer(_ origin: Descriptor, _ index: Int, _ answer: ResponseHead) {
        let now = SystemClock.monotonicNanoseconds()
        exchanges[index].answered = now
        exchanges[index].status = UInt16(answer.status)
        exchanges[index].answer = BodyReader(answer.body)
        exchanges[index].flags.insert(.answerBegun)
        if answer.isDechunked { exchanges[index].flags.insert(.unchunks) }
        if !answer.keepsAgent { exchanges[index].flags.remove(.keepAlive) }
        // An origin that answered before it had the request may never read the rest of it.
        let isEarly =
            !exchanges[index].flags.contains(.requestDone)
            || !connections[origin.index].outgoing.isEmpty
        if isEarly || !answer.keepAlive || answer.bindsConnection {
            connections[origin.index].flags.insert(.unpoolable)
        }
        connections[origin.index].phase = .answerBody
        // From here on it is the silence that counts, and no longer the wait for an answer.
        touch(connections[origin.index].peer)
    }

    /// Sends the head in `outbound` together with what of the body is here: one write for a
    /// small answer.
    private mutating func relayFirst(
        _ origin: Descriptor,
        _ agent: Descriptor,
        _ index: Int,
        from offset: Int,
        _ inbound: borrowing ByteBuffer,
        _ outbound: inout ByteBuffer
    ) -> Int? {
        if exchanges[index].flags.contains(.unchunks) {
            guard connections[agent.index].deliver(outbound.bytes) else {
                agentBroke(agent)
                return nil
            }
            relayAnswer(origin, from: offset, inbound, &outbound)
            return nil
        }
        let taken: Int
        do throws(Reason) {
            taken = try exchanges[index].answer.passThrough(
                inbound.bytes,
                from: offset,
                to: inbound.count
            )
        } catch {
            // Nothing of it was sent yet, so the agent can still be told properly.
            exchanges[index].flags.remove(.answerBegun)
            exchanges[index].answered = 0
            originBroke(origin, .upstreamMalformed, &outbound)
            return nil
        }
        outbound.append(inbound.bytes, offset..<(offset + taken))
        guard connections[agent.index].deliver(outbound.bytes) else {
            agentBroke(agent)
            return nil
        }
        afterRelay(origin, agent, index, leftover: inbound.count - offset - taken)
        return nil
    }

    /// Sends a piece of the answer's body on.
    private mutating func relayAnswer(
        _ origin: Descriptor,
        from offset: Int,
        _ inbound: borrowing ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        let agent = connections[origin.index].peer
        let index = Int(connections[agent.index].exchange)
        let delivered: Bool
        let end: Int
        do throws(Reason) {
            if exchanges[index].flags.contains(.unchunks) {
                end = try takePayload(index, from: offset, inbound, &outbound)
                delivered = connections[agent.index].deliver(outbound.bytes)
            } else {
                end =
                    offset
                    + (try exchanges[index].answer.passThrough(
                        inbound.bytes,
                        from: offset,
                        to: inbound.count
                    ))
                delivered = connections[agent.index].deliver(inbound.bytes.extracting(offset..<end))
            }
        } catch {
            originBroke(origin, .upstreamMalformed, &outbound)
            return
        }
        guard delivered else {
            agentBroke(agent)
            return
        }
        afterRelay(origin, agent, index, leftover: inbound.count - end)
    }

    /// Takes a chunked body's payload alone, for an agent that knows no chunks.
    private mutating func takePayload(
        _ index: Int,
        from offset: Int,
        _ inbound: borrowing ByteBuffer,
        _ outbound: inout ByteBuffer
    ) throws(Reason) -> Int {
        outbound.removeAll()
        var place = offset
        while place < inbound.count {
            switch try exchanges[index].answer.advance(
                inbound.bytes,
                from: place,
                to: inbound.count
            ) {
            case .payload(let range):
                outbound.append(inbound.bytes, range)
                place = range.upperBound
            case .framing(let range):
                place = range.upperBound
            case .finished:
                return place
            }
        }
        return place
    }

    private mutating func afterRelay(
        _ origin: Descriptor,
        _ agent: Descriptor,
        _ index: Int,
        leftover: Int
    ) {
        if exchanges[index].answer.isComplete {
            // Bytes behind an answer belong to nothing we asked for.
            if leftover > 0 { connections[origin.index].flags.insert(.unpoolable) }
            finishAnswer(origin, agent, index)
        } else if !connections[agent.index].outgoing.isEmpty {
            connections[origin.index].flags.insert(.paused)
        }
    }

    /// The origin sends no more while its answer is awaited or under way.
    private mutating func originEnded(_ origin: Descriptor, _ outbound: inout ByteBuffer) {
        let agent = connections[origin.index].peer
        let index = Int(connections[agent.index].exchange)
        connections[origin.index].flags.insert(.unpoolable)
        if connections[origin.index].phase == .answerBody, exchanges[index].answer.noteEnd() {
            finishAnswer(origin, agent, index)
            return
        }
        if replay(origin, &outbound) { return }
        originBroke(origin, .upstreamClosed, &outbound)
    }

    /// The answer is complete: the record is closed, both connections are kept or ended.
    private mutating func finishAnswer(_ origin: Descriptor, _ agent: Descriptor, _ index: Int) {
        let flags = exchanges[index].flags
        let key = PoolKey(
            agentNumber: exchanges[index].agentNumber,
            port: exchanges[index].port,
            address: connections[origin.index].address
        )
        conclude(index, .completed, .policyAllowed)
        connections[agent.index].exchange = -1
        connections[agent.index].peer = .none
        connections[origin.index].peer = .none
        if flags.contains(.requestDone), !flags.contains(.bindsConnection) {
            keepOrigin(origin, key)
        } else {
            closeConnection(origin)
        }
        guard flags.isSuperset(of: [.keepAlive, .requestDone]), drainDeadline == nil else {
            linger(agent)
            return
        }
        awaitNextHead(agent)
        let state = connections[agent.index].flags
        if state.contains(.readable) || state.contains(.ended)
            || !connections[agent.index].incoming.isEmpty
        {
            schedule(agent)
        }
    }

    /// Keeps an idle connection for the agent's next request to that address, if it may.
    mutating func keepOrigin(_ origin: Descriptor, _ key: PoolKey) {
        let flags = connections[origin.index].flags
        guard flags.isDisjoint(with: [.unpoolable, .readable, .ended, .endReported]),
            drainDeadline == nil,
            connections[origin.index].outgoing.isEmpty,
            pool.keep(origin, key, bound: limits.pooledPerOrigin)
        else {
            closeConnection(origin)
            return
        }
        connections[origin.index].phase = .pooled
        connections[origin.index].owner = key.agentNumber
        setDeadline(origin, turn, limits.pooledMilliseconds)
    }

    /// An idle connection has something to say: only an end makes sense.
    mutating func closePooled(_ origin: Descriptor) {
        let index = origin.index
        let key = PoolKey(
            agentNumber: connections[index].owner,
            port: connections[index].port,
            address: connections[index].address
        )
        pool.remove(origin, key)
        closeConnection(origin)
    }

    /// An origin takes no more of a request: its answer may already be here, and is the better
    /// thing to tell the agent than that the connection broke (RFC 9112 section 9.6).
    mutating func hearOut(_ origin: Descriptor) {
        let agent = connections[origin.index].peer
        connections[origin.index].outgoing.removeAll()
        connections[origin.index].flags.formUnion([.readable, .unpoolable])
        connections[origin.index].flags.remove(.paused)
        if connections[agent.index].phase == .body { connections[agent.index].phase = .waiting }
        schedule(origin)
    }
}
