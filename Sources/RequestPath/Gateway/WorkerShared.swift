// What a worker shares with the rest of the process: things to ask, and where to be reached.

import ClawgressAudit
import ClawgressBytes
import ClawgressModel
import ClawgressReactor
import Synchronization

/// What other threads tell a worker.
enum WorkerMessage: Sendable {
    /// The configuration from now on.
    case snapshot(GatewaySnapshot)
    /// No configuration any more: nothing is allowed until the next one.
    case withdrawn
    /// A name server's answer.
    case resolved(Resolution)
    /// A token was verified for the connection with that token.
    case verified(VerifiedToken)
    /// What was on the spool when the worker asked is on the disk; false if the disk failed.
    case synchronised(Bool)
    /// Write down a sign of life.
    case heartbeat(Heartbeat)
    /// Finish what is under way and take nothing new; close what is left at the deadline
    /// (monotonic nanoseconds).
    case drain(deadline: UInt64)
}

/// What all workers of a gateway share.
///
/// Immutable, or safe to share by itself.
final class GatewayShared: Sendable {
    let gatewayID: [UInt8]
    let resolver: Resolver
    let tokenDesk: TokenDesk
    let numbers: AgentNumbers
    let supply: SegmentSupply
    /// Where intents are brought to the disk; nil if that is not waited for.
    let spoolSync: SpoolSync?
    let hash: KeyedHash
    let alerts: Alerts
    let workerCount: Int
    /// The admin port that was really bound; 0 until then.
    ///
    /// Never dialled on loopback.
    let adminPort = Atomic<UInt16>(0)
    /// Open client connections over all workers.
    let connections = AtomicCells(count: 1)

    init(
        gatewayID: String,
        resolver: Resolver,
        tokenDesk: TokenDesk,
        numbers: AgentNumbers,
        supply: SegmentSupply,
        spoolSync: SpoolSync?,
        hash: KeyedHash,
        alerts: Alerts,
        workerCount: Int
    ) {
        self.gatewayID = Array(gatewayID.utf8)
        self.resolver = resolver
        self.tokenDesk = tokenDesk
        self.numbers = numbers
        self.supply = supply
        self.spoolSync = spoolSync
        self.hash = hash
        self.alerts = alerts
        self.workerCount = workerCount
    }
}

/// What the rest of the process sees of one worker.
final class WorkerHandle: Sendable {
    let inbox: Mailbox<WorkerMessage>
    /// Says once whether the worker serves.
    let started: Mailbox<Bool>
    let metrics = Metrics()
    /// The serial that this worker serves; -1 before the first.
    let serial = Atomic<Int64>(-1)
    /// Whether the worker's loop has ended.
    let hasEnded = Atomic<Bool>(false)
    /// Open exchanges, for the status page.
    let openExchanges = Atomic<Int>(0)

    init?() {
        guard let inbox = Mailbox<WorkerMessage>(bound: 65_536),
            let started = Mailbox<Bool>(bound: 2)
        else { return nil }
        self.inbox = inbox
        self.started = started
    }
}
