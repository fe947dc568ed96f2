// One thread that carries requests: its own listeners, connections, pools and caches. Workers
// share nothing on the way of a warm request, so two of them do twice the work of one.

import ClawgressAudit
import ClawgressBytes
import ClawgressForward
import ClawgressIdentity
import ClawgressModel
import ClawgressReactor

/// A worker: the state of one event loop, as one value that only its thread touches.
struct Worker: ~Copyable {
    let number: UInt8
    let shared: GatewayShared
    let handle: WorkerHandle
    let hash: KeyedHash
    /// The name in `Via`.
    let gatewayID: [UInt8]
    let selfAddresses: SelfAddresses

    var poller: Poller
    var listeners: SlotTable<ListeningSocket>
    let listenerCount: Int
    var connections: SlotTable<Connection>
    var exchanges: SlotTable<Exchange>
    var freeExchanges: FreeList
    var dials: SlotTable<Dial>
    var freeDials: FreeList
    var wheel: DeadlineWheel
    var pool: UpstreamPool
    var names = NameCache()
    var pipes: PipePool
    /// Pipes that hold bytes now, by the descriptor that they were read from.
    var splices: [Int32: Splice] = [:]
    /// Bodies that are thrown away, by the agent's descriptor.
    var discards: [Int32: Discard] = [:]
    /// Tokens that are being verified elsewhere, by the agent's descriptor.
    var parked: [Int32: ParkedRequest] = [:]
    /// Tunnels in which agents send requests, by the agent's descriptor.
    var carriers: [Int32: CarryingTunnel] = [:]
    /// What must stand in the answers to those who asked for a WebSocket, by exchange.
    var webSockets: [Int: WebSocketAccept] = [:]
    /// The paths that were asked for where others were recorded, by exchange.
    var askedPaths: [Int: [UInt8]] = [:]
    /// Requests whose intents are not known to be on the disk.
    var diskWaits: [RequestID: DiskWait] = [:]
    /// Those that are next to go there, and some that have given up.
    var waitingForDisk: [RequestID] = []
    /// Those that are on their way there, likewise.
    var goingToDisk: [RequestID] = []
    var proofs: ProofCache
    var tokens: TokenCache
    var failures: FailureBudget
    var sources: SourceBudget
    var spool: SpoolWriter

    var clock = WorkerClock()
    /// Monotonic nanoseconds when this turn of the loop began: good enough for deadlines.
    var turn: UInt64
    var random: RandomBits
    var snapshot: GatewaySnapshot?
    /// The snapshot's limits, kept here because every deadline asks for one.
    var limits = Limits()
    /// What is recorded of targets; holds on where a snapshot is withdrawn.
    var recording = Recording()
    /// Set once draining began: when what is left is closed.
    var drainDeadline: UInt64?
    /// Connections to look at again in this turn, because something made way for them.
    var scheduled: [UInt64] = []
    /// Indices whose deadline passed, reused from turn to turn.
    var expired: [UInt32] = []
    /// The rounds in which what is open is decided again.
    var rounds = RedecisionRounds()
    /// Whether accepting paused because descriptors ran out.
    var acceptPausedUntil: UInt64 = 0

    /// Tokens of the poller below this are listeners; the inbox has its own.
    static var inboxToken: UInt64 { 0xFFFF_FFFF }
    /// Room for the largest head and a good piece of body behind it.
    static var scratchBytes: Int { 262_144 }

    init?(
        number: UInt8,
        shared: GatewayShared,
        handle: WorkerHandle,
        listeners: consuming SlotTable<ListeningSocket>,
        listenerCount: Int,
        selfAddresses: SelfAddresses,
        descriptorsMax: Int,
        now: UInt64
    ) {
        guard let poller = Poller(),
            let connections = SlotTable<Connection>(capacity: descriptorsMax),
            let exchanges = SlotTable<Exchange>(capacity: descriptorsMax),
            let dials = SlotTable<Dial>(capacity: descriptorsMax),
            let wheel = DeadlineWheel(capacity: descriptorsMax, now: now)
        else { return nil }
        var generator = SystemRandomNumberGenerator()
        self.number = number
        self.shared = shared
        self.handle = handle
        self.hash = shared.hash
        self.selfAddresses = selfAddresses
        gatewayID = shared.gatewayID
        self.poller = poller
        self.listeners = listeners
        self.listenerCount = listenerCount
        self.connections = connections
        self.exchanges = exchanges
        self.dials = dials
        self.wheel = wheel
        pool = UpstreamPool(hash: shared.hash)
        freeExchanges = FreeList(bound: descriptorsMax)
        freeDials = FreeList(bound: descriptorsMax)
        // An unprivileged user may hold 64 MiB of pipe memory (pipe-user-pages-soft).
        pipes = PipePool(bound: max(16, 192 / shared.workerCount))
        proofs = ProofCache(using: &generator)
        tokens = TokenCache(hash: shared.hash)
        failures = FailureBudget(failuresMax: Limits().failureBudget, hash: shared.hash)
        sources = SourceBudget(hash: shared.hash)
        spool = SpoolWriter(supply: shared.supply, worker: number)
        turn = now
        random = RandomBits(seededBy: &generator)
    }

    /// Runs until draining has ended.
    mutating func run() {
        guard watchEntrances() else {
            shared.alerts.raise(.workerFailed, "the kernel refuses to watch listeners")
            return
        }
        var inbound = ByteBuffer(capacity: Self.scratchBytes)
        var outbound = ByteBuffer(capacity: Self.scratchBytes + 131_072)
        // The snapshot before the first connection, whatever the poller would say first.
        readInbox(&inbound, &outbound)
        handle.started.post(true)
        while !isDrained {
            let count = poller.wait(milliseconds: sleepMilliseconds())
            turn = SystemClock.monotonicNanoseconds()
            for index in 0..<count { dispatch(poller.event(index), &inbound, &outbound) }
            runScheduled(&inbound, &outbound)
            expireDeadlines(&inbound, &outbound)
            redecideOpen(&outbound)
        }
    }

    private mutating func watchEntrances() -> Bool {
        for index in 0..<listenerCount {
            guard poller.watchInput(listeners[index].descriptor, token: UInt64(index)) else {
                return false
            }
        }
        return poller.watchInput(handle.inbox.descriptor, token: Self.inboxToken)
    }

    private func sleepMilliseconds() -> Int32 {
        if !scheduled.isEmpty { return 0 }
        let due = wheel.sleepMilliseconds(now: turn)
        let round = rounds.sleepMilliseconds(now: turn)
        let bound = due < 0 || round < 0 ? max(due, round) : min(due, round)
        guard drainDeadline != nil || acceptPausedUntil > 0 else { return bound }
        return bound < 0 ? 100 : min(bound, 100)
    }

    private mutating func dispatch(
        _ event: Readiness,
        _ inbound: inout ByteBuffer,
        _ outbound: inout ByteBuffer
    ) {
        if event.token < UInt64(listenerCount) {
            accept(from: Int(event.token), &inbound, &outbound)
            return
        }
        if event.token == Self.inboxToken {
            readInbox(&inbound, &outbound)
            return
        }
        // A late event for a descriptor that was closed and reused in this turn.
        guard let index = connections.index(of: event.token) else { return }
        let descriptor = Descriptor(Int32(index))
        if event.isEnding { connections[index].flags.insert(.endReported) }
        if event.isBroken, abandon(Descriptor(Int32(index))) { return }
        if event.isWritable {
            writable(descriptor, &inbound, &outbound)
            guard connections.index(of: event.token) != nil else { return }
        }
        if event.isReadable {
            connections[index].flags.insert(.readable)
            readable(descriptor, &inbound, &outbound)
        }
    }

    /// Looks again at connections that were made way for.
    private mutating func runScheduled(_ inbound: inout ByteBuffer, _ outbound: inout ByteBuffer) {
        // Bounded by what was there at the beginning: two pipelining clients cannot starve
        // the poller.
        let turn = scheduled
        scheduled.removeAll(keepingCapacity: true)
        for token in turn {
            guard let index = connections.index(of: token) else { continue }
            connections[index].flags.remove(.scheduled)
            readable(Descriptor(Int32(index)), &inbound, &outbound)
        }
    }

    /// Puts a connection on the list of those to look at again in this turn.
    mutating func schedule(_ descriptor: Descriptor) {
        guard !connections[descriptor.index].flags.contains(.scheduled) else { return }
        connections[descriptor.index].flags.insert(.scheduled)
        scheduled.append(connections.token(descriptor.index))
    }

    private var isDrained: Bool {
        drainDeadline != nil && connections.count == 0
    }
}
