// What other threads tell a worker: new configurations, answers of name servers, verified
// tokens, and the order to stop.

import ClawgressAudit
import ClawgressBytes
import ClawgressForward
import ClawgressIdentity
import ClawgressModel
import ClawgressReactor
import Synchronization

extension Worker {
    /// Reads all messages.
    mutating func readInbox(_ inbound: inout ByteBuffer, _ outbound: inout ByteBuffer) {
        for message in handle.inbox.takeAll() {
            switch message {
            case .snapshot(let next): activate(next)
            case .withdrawn: withdraw()
            case .resolved(let answer): take(answer, &outbound)
            case .verified(let verdict): take(verdict)
            case .synchronised(let isSafe): diskAnswered(isSafe, &outbound)
            // Without room it is missing, which is what there is to say then.
            case .heartbeat(let heartbeat): spool.record(heartbeat)
            case .drain(let deadline): drain(until: deadline)
            }
        }
    }

    private mutating func activate(_ next: GatewaySnapshot) {
        if next.limits.failureBudget != limits.failureBudget {
            failures = FailureBudget(failuresMax: next.limits.failureBudget, hash: hash)
        }
        snapshot = next
        limits = next.limits
        recording = next.recording
        names.use(next.resolver)
        beginRedecision()
        handle.serial.store(next.serial, ordering: .releasing)
    }

    /// Allows nothing from now on, and closes what is open.
    private mutating func withdraw() {
        snapshot = nil
        beginRedecision()
        handle.serial.store(-1, ordering: .releasing)
    }

    /// Takes nothing new, closes what is idle, and lets the rest finish.
    private mutating func drain(until deadline: UInt64) {
        drainDeadline = deadline
        // Closed and not only ignored: a client must be refused at once, and not wait in the
        // kernel's queue for a gateway that is leaving.
        for index in 0..<listenerCount where listeners.isOpen(index) { listeners.close(index) }
        for index in 0..<connections.capacity where connections.isOpen(index) {
            let descriptor = Descriptor(Int32(index))
            switch connections[index].phase {
            case .pooled: closePooled(descriptor)
            // A verdict that came just before belongs to a request that is under way.
            case .head where parked[descriptor.number] != nil: break
            case .head where !connections[index].outgoing.isEmpty: linger(descriptor)
            case .head where !connections[index].flags.contains(.headBegun): closeAgent(descriptor)
            default: break
            }
        }
    }
}
