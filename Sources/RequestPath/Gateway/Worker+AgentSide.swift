// The agent's side of the gateway: heads and bodies in, back-pressure out.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// Reads of one connection in one turn of the loop: more would make its neighbours wait.
    static var turnsMax: Int { 8 }

    /// Looks at a connection that has something to read, or whose obstacle is gone.
    mutating func readable(
        _ descriptor: Descriptor,
        _ inbound: inout ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        switch connections[descriptor.index].phase {
        case .head, .body, .discarding, .lingering: readAgent(descriptor, &inbound, &outbound)
        case .answerHead, .answerBody: readOrigin(descriptor, &inbound, &outbound)
        case .tunnel: readTunnel(descriptor, &inbound)
        case .hello: readHello(descriptor, &inbound, &outbound)
        case .answering: readAnswering(descriptor, &inbound, &outbound)
        case .opening: readOpening(descriptor, &inbound)
        case .pooled: closePooled(descriptor)
        // What waits stays in the kernel, and the flag says that it is there.
        case .waiting, .connecting: break
        }
    }

    private mutating func readAgent(
        _ agent: Descriptor,
        _ inbound: inout ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        let token = connections.token(agent.index)
        var turns = 0
        while !connections[agent.index].flags.contains(.paused) {
            turns += 1
            if turns > Self.turnsMax { return schedule(agent) }
            inbound.removeAll()
            inbound.append(connections[agent.index].incoming.bytes)
            connections[agent.index].incoming.removeAll()
            guard receive(agent, &inbound) else {
                // A request that waited for its token is recorded from these bytes.
                keep(agent, from: 0, inbound)
                agentBroke(agent)
                return
            }
            consumeAgent(agent, &inbound, &outbound)
            guard connections.index(of: token) != nil else { return }
            let flags = connections[agent.index].flags
            if flags.contains(.ended), connections[agent.index].phase.readsAgent {
                agentEnded(agent, &outbound)
                return
            }
            guard flags.contains(.readable), connections[agent.index].phase.readsAgent else {
                return
            }
        }
    }

    /// Reads once behind what `inbound` holds, and keeps the books of the edge.
    ///
    /// - Returns: false if the connection is broken.
    mutating func receive(_ descriptor: Descriptor, _ inbound: inout ByteBuffer) -> Bool {
        guard connections[descriptor.index].flags.contains(.readable) else { return true }
        // Reading into no room would look like the end of the connection.
        guard inbound.count < inbound.capacity else { return true }
        let result = connections[descriptor.index].socket.receive(into: &inbound)
        switch result {
        case .moved:
            // A short read means that the kernel has no more, unless an end stands behind it:
            // that edge has been reported already.
            let mayHaveMore =
                inbound.count == inbound.capacity
                || connections[descriptor.index].flags.contains(.endReported)
            if !mayHaveMore { connections[descriptor.index].flags.remove(.readable) }
            return true
        case .wouldBlock:
            connections[descriptor.index].flags.remove(.readable)
            return true
        case .ended:
            connections[descriptor.index].flags.remove(.readable)
            connections[descriptor.index].flags.insert(.ended)
            return true
        case .failed:
            return false
        }
    }

    private mutating func consumeAgent(
        _ agent: Descriptor,
        _ inbound: inout ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        let token = connections.token(agent.index)
        var offset = 0
        while offset < inbound.count {
            switch connections[agent.index].phase {
            case .head:
                guard let next = takeHead(agent, from: offset, inbound, &outbound) else { return }
                offset = next
            case .body:
                guard let next = forwardBody(agent, from: offset, inbound, &outbound) else {
                    return
                }
                offset = next
            case .discarding:
                offset = discardBody(agent, from: offset, inbound)
            case .lingering:
                return
            default:
                keep(agent, from: offset, inbound)
                return
            }
            guard connections.index(of: token) != nil else { return }
            if connections[agent.index].flags.contains(.paused) {
                keep(agent, from: offset, inbound)
                return
            }
        }
    }

    /// Keeps what cannot be used yet.
    private mutating func keep(
        _ agent: Descriptor,
        from offset: Int,
        _ inbound: borrowing ByteBuffer
    ) {
        connections[agent.index].incoming.append(inbound.bytes, offset..<inbound.count)
    }

    /// Takes one head from `offset`.
    ///
    /// - Returns: where the next bytes stand; nil if the rest was kept or the connection ends.
    private mutating func takeHead(
        _ agent: Descriptor,
        from offset: Int,
        _ inbound: borrowing ByteBuffer,
        _ outbound: inout ByteBuffer
    ) -> Int? {
        let limit = limits.headBytes
        let found: HeadScan
        do throws(Reason) {
            found = try HeadScanner.scan(
                inbound.bytes.extracting(offset..<inbound.count),
                from: 0,
                limit: limit
            )
        } catch {
            outbound.removeAll()
            let request = openRequest(agent)
            _ = refuse(request, error, &outbound)
            return nil
        }
        guard case .complete(let start, let end) = found else {
            beginHeadDeadline(agent)
            keep(agent, from: offset, inbound)
            return nil
        }
        let head = (offset + start)..<(offset + end)
        let fate =
            connections[agent.index].flags.contains(.insideTunnel)
            ? handleInTunnel(agent, head: head, inbound, &outbound)
            : handle(agent, head: head, inbound, &outbound)
        if case .parked = fate {
            keep(agent, from: offset + start, inbound)
            return nil
        }
        return offset + end
    }

    /// The first bytes of a head begin the time in which it must be complete.
    private mutating func beginHeadDeadline(_ agent: Descriptor) {
        guard !connections[agent.index].flags.contains(.headBegun) else { return }
        connections[agent.index].flags.insert(.headBegun)
        setDeadline(agent, turn, limits.headMilliseconds)
    }

    /// Sends a piece of the request's body on.
    private mutating func forwardBody(
        _ agent: Descriptor,
        from offset: Int,
        _ inbound: borrowing ByteBuffer,
        _ outbound: inout ByteBuffer
    ) -> Int? {
        let index = Int(connections[agent.index].exchange)
        let origin = connections[agent.index].peer
        let taken: Int
        do throws(Reason) {
            taken = try exchanges[index].request.passThrough(
                inbound.bytes,
                from: offset,
                to: inbound.count
            )
        } catch {
            failExchange(agent, error, .refused, &outbound)
            return nil
        }
        exchanges[index].bytesOut += UInt64(taken)
        guard connections[origin.index].deliver(inbound.bytes.extracting(offset..<(offset + taken)))
        else {
            hearOut(origin)
            return nil
        }
        if !connections[origin.index].outgoing.isEmpty {
            connections[agent.index].flags.insert(.paused)
        }
        touch(agent)
        if exchanges[index].request.isComplete {
            exchanges[index].flags.insert(.requestDone)
            connections[agent.index].phase = .waiting
            awaitAnswer(agent)
        }
        return offset + taken
    }

    /// Throws a piece of an answered request's body away.
    private mutating func discardBody(
        _ agent: Descriptor,
        from offset: Int,
        _ inbound: borrowing ByteBuffer
    ) -> Int {
        let end = inbound.count
        guard var discard = discards[agent.number] else { return end }
        let taken = (try? discard.reader.passThrough(inbound.bytes, from: offset, to: end)) ?? -1
        discard.bytesLeft -= taken
        guard taken >= 0, discard.bytesLeft >= 0 else {
            linger(agent)
            return end
        }
        if discard.reader.isComplete {
            discards[agent.number] = nil
            awaitNextHead(agent)
        } else {
            discards[agent.number] = discard
        }
        return offset + taken
    }
}

extension Phase {
    /// Whether the agent's bytes are wanted now.
    var readsAgent: Bool {
        switch self {
        case .head, .body, .discarding, .lingering: true
        default: false
        }
    }
}

/// The rest of a refused request's body, to be thrown away so that the connection survives.
struct Discard {
    var reader: BodyReader
    var bytesLeft: Int
}
