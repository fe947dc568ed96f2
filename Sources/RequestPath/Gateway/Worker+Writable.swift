// A socket takes bytes again: what waited is written, and who waited for that goes on.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

extension Worker {
    /// Looks at a connection whose socket takes bytes.
    mutating func writable(
        _ descriptor: Descriptor,
        _ inbound: inout ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        if connections[descriptor.index].phase == .connecting {
            finishConnect(descriptor, &outbound)
            return
        }
        if !connections[descriptor.index].outgoing.isEmpty {
            guard connections[descriptor.index].flush() else {
                broke(descriptor, &outbound)
                return
            }
            guard connections[descriptor.index].outgoing.isEmpty else {
                if connections[descriptor.index].phase == .lingering {
                    setDeadline(descriptor, turn, limits.idleMilliseconds)
                }
                return
            }
        }
        drained(descriptor)
    }

    private mutating func broke(_ descriptor: Descriptor, _ outbound: inout ByteBuffer) {
        switch connections[descriptor.index].phase {
        case .tunnel, .hello, .answering, .opening: tunnelBroke(descriptor)
        case .pooled: closePooled(descriptor)
        case _ where connections[descriptor.index].isAgent: agentBroke(descriptor)
        default:
            if !replay(descriptor, &outbound) { hearOut(descriptor) }
        }
    }

    /// Everything that waited was written.
    private mutating func drained(_ descriptor: Descriptor) {
        let index = descriptor.index
        let peer = connections[index].peer
        if connections[index].phase == .tunnel {
            let token = connections.token(index)
            guard drainSplice(of: peer, into: descriptor) else { return }
            guard connections.index(of: token) != nil else { return }
        }
        if connections[index].flags.contains(.finishWhenDrained) {
            connections[index].flags.remove(.finishWhenDrained)
            if connections[index].phase == .tunnel {
                tunnelDrained(descriptor)
                return
            }
            sendLastEnd(descriptor)
        }
        if connections[index].flags.contains(.closeWhenDrained) {
            closeAgent(descriptor)
            return
        }
        if peer.isSome, connections[peer.index].flags.contains(.paused) {
            connections[peer.index].flags.remove(.paused)
            schedule(peer)
        }
        // A kept client that had not read its answer may go on.
        if connections[index].flags.contains(.paused), connections[index].phase == .head {
            connections[index].flags.remove(.paused)
            schedule(descriptor)
        }
    }
}
