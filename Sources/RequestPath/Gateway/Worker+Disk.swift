// Requests that wait until their intent is on the disk (`spool.durability: power`): nothing of
// them goes out before, not even the question about a name. The worker goes on meanwhile.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressReactor

/// A request whose intent is on its way to the disk: what is needed of it to go on.
struct DiskWait {
    /// The table token of the agent's connection.
    let agent: UInt64
    let requestID: RequestID
    /// Whether it is refused if the disk fails.
    let refusesUnrecorded: Bool
    private let moment: Moment
    private let head: RequestHead?
    private let headEnd: Int
    private let question: Question
    /// The outgoing buffer as it was, because ranges of the head and the question point into it.
    let outgoing: [UInt8]

    init(
        _ request: borrowing OpenRequest,
        _ snapshot: GatewaySnapshot,
        agent: UInt64,
        requestID: RequestID,
        outgoing: [UInt8]
    ) {
        self.agent = agent
        self.requestID = requestID
        refusesUnrecorded = snapshot.refusesUnrecorded
        moment = request.moment
        head = request.head
        headEnd = request.headEnd
        question = request.question
        self.outgoing = outgoing
    }

    /// The request again, to be sent on its way as it is allowed at `now`.
    func request(
        of agent: Descriptor,
        ordinal: Int32,
        _ snapshot: GatewaySnapshot,
        now: Moment
    ) -> OpenRequest {
        var request = OpenRequest(agent: agent, moment: moment, decided: now)
        request.snapshot = snapshot
        request.head = head
        request.headEnd = headEnd
        request.question = question
        request.agentOrdinal = ordinal
        return request
    }
}

extension Worker {
    /// How long a request waits for the disk.
    private static var diskMilliseconds: Int { 5_000 }
    /// How many requests wait for it at most: each is held in memory until the disk has answered,
    /// whatever becomes of its agent.
    private static var diskWaitsMax: Int { 1_024 }

    /// Lets a request wait until its intent is on the disk.
    mutating func waitForDisk(
        _ request: borrowing OpenRequest,
        _ index: Int,
        _ snapshot: GatewaySnapshot,
        _ outbound: inout ByteBuffer
    ) {
        guard waitingForDisk.count + goingToDisk.count < Self.diskWaitsMax else {
            failExchange(request.agent, .overloaded, .refused, &outbound)
            return
        }
        exchanges[index].flags.insert(.awaitsDisk)
        let requestID = exchanges[index].requestID
        waitingForDisk.append(requestID)
        diskWaits[requestID] = DiskWait(
            request,
            snapshot,
            agent: connections.token(request.agent.index),
            requestID: requestID,
            outgoing: outbound.bytes.array()
        )
        setDeadline(request.agent, turn, Self.diskMilliseconds)
        askForDisk()
    }

    /// Sends everyone who waits to the disk, unless a group is on its way there already.
    private mutating func askForDisk() {
        guard goingToDisk.isEmpty, !waitingForDisk.isEmpty else { return }
        swap(&goingToDisk, &waitingForDisk)
        shared.spoolSync?.ask(handle.inbox)
    }

    /// The group is on the disk, or the disk failed.
    mutating func diskAnswered(_ isSafe: Bool, _ outbound: inout ByteBuffer) {
        let group = goingToDisk
        goingToDisk.removeAll(keepingCapacity: true)
        for requestID in group {
            guard let wait = diskWaits.removeValue(forKey: requestID) else { continue }
            goOn(wait, isSafe, &outbound)
        }
        askForDisk()
    }

    /// The disk takes too long for a request.
    ///
    /// All that wait may come to this in one turn, so each is found at once.
    mutating func expireDisk(_ index: Int, _ outbound: inout ByteBuffer) {
        let requestID = exchanges[index].requestID
        guard let wait = diskWaits.removeValue(forKey: requestID) else { return }
        shared.alerts.raise(.spoolFailed, "the spool's disk does not answer in time")
        goOn(wait, false, &outbound)
    }

    private mutating func goOn(_ wait: DiskWait, _ isSafe: Bool, _ outbound: inout ByteBuffer) {
        // Its connection, or it alone, may have ended meanwhile.
        guard let place = connections.index(of: wait.agent), connections[place].exchange >= 0 else {
            return
        }
        let index = Int(connections[place].exchange)
        guard exchanges[index].requestID == wait.requestID,
            exchanges[index].flags.contains(.awaitsDisk)
        else { return }
        exchanges[index].flags.remove(.awaitsDisk)
        let agent = Descriptor(Int32(place))
        guard isSafe || !wait.refusesUnrecorded else {
            failExchange(agent, .auditUnavailable, .refused, &outbound)
            return
        }
        // A round that went by while it waited has not asked about it; from here on the present
        // snapshot is the one by which it is allowed.
        guard remainsAllowed(agent, index, &outbound), let snapshot else { return }
        outbound.removeAll()
        outbound.append(wait.outgoing.span)
        awaitAnswer(agent)
        let request = wait.request(
            of: agent,
            ordinal: exchanges[index].agentOrdinal,
            snapshot,
            now: clock.read()
        )
        route(request, index, snapshot, &outbound)
    }
}
