// A worker's side of the spool: one slot for each exchange, written when the exchange is decided
// and completed in place when it ends. No system call, no lock and no allocation on the way,
// except once a segment.

public import ClawgressBytes
public import ClawgressModel

/// Records one worker's exchanges.
///
///     guard let slot = writer.open(intent, texts, onFailure: settings.auditOnFailure) else {
///         // Lost and counted: forward without a slot (`proceed`), or answer 503 (`refuse`).
///     }
///     ...
///     writer.conclude(slot, outcome)
///
/// Exactly one ``conclude(_:_:serverName:)`` must follow each slot; a gateway that is killed in between
/// leaves that to ``SpoolRecovery``.
public struct SpoolWriter: ~Copyable {
    private let supply: SegmentSupply
    private let worker: UInt8
    /// The newest segment: new slots and lost events go here, even when no slot fits any more.
    private var current: Segment?
    /// Full segments in which slots are still open.
    private var older = HeldSegments()
    /// Where slots of long exchanges live that had to leave their segment.
    private var forwards: [SlotHandle: SlotHandle] = [:]
    /// Events lost while there was not even a header to count them in.
    private var unplaced = GapCounts()
    /// Why the first of them was lost.
    private var unplacedShortage = SpoolShortage.notReady
    private var sequence: UInt64 = 0

    /// Makes the writer of one worker; at most one for each worker of the supply.
    public init(supply: SegmentSupply, worker: UInt8) {
        self.supply = supply
        self.worker = worker
        _ = advance()
    }

    /// How many events this writer could not record, for a metric.
    public private(set) var lostCount: UInt64 = 0

    /// The last sequence number given.
    public var lastSequence: UInt64 { sequence }

    /// Records that an exchange begins.
    ///
    /// - Returns: the slot to conclude; nil if there is no room. The loss is then counted
    ///   already, under the decision that the client sees: with `refuse` a deny.
    public mutating func open(
        _ intent: SpoolIntent,
        _ texts: borrowing SpoolTexts,
        onFailure: GatewaySettings.AuditFailure
    ) -> SlotHandle? {
        if let slot = append(intent, texts) { return slot }
        if advance(), let slot = append(intent, texts) { return slot }
        // After the reserve, which holds no slot, comes a whole segment.
        if advance(), let slot = append(intent, texts) { return slot }
        countLoss(onFailure == .refuse ? .deny : intent.decision, at: intent.timestamp)
        return nil
    }

    /// Records how an exchange ended.
    ///
    /// - Parameter serverName: the name in a tunnel's ClientHello if it is not the host's; kept
    ///   if the intent reserved room for it.
    public mutating func conclude(
        _ slot: SlotHandle,
        _ outcome: SpoolOutcome,
        serverName: Span<UInt8> = Span()
    ) {
        sequence += 1
        if let newest = current?.number, newest == slot.number {
            current?.conclude(
                at: slot.offset,
                outcome,
                serverName: serverName,
                sequence: sequence
            )
        } else if let index = older.index(of: slot.number) {
            older.conclude(
                index,
                at: slot.offset,
                outcome,
                serverName: serverName,
                sequence: sequence
            )
            if let emptied = older.removeIfConcluded(index) { supply.retire(emptied) }
        } else {
            concludeMoved(slot, outcome, serverName)
            return
        }
        current?.note(lastSequence: sequence)
    }

    /// Reads back what was recorded when an exchange that is open still was allowed, and appends
    /// its texts to `out`.
    ///
    /// - Returns: nil if a text was cut when it was written, or `out` has no room.
    public func recall(_ slot: SlotHandle, into out: inout ByteBuffer) -> RecalledExchange? {
        let place = forwards[slot] ?? slot
        switch current {
        case .some(let newest) where newest.number == place.number:
            return newest.recall(at: place.offset, into: &out)
        default:
            guard let index = older.index(of: place.number) else { return nil }
            return older.recall(index, at: place.offset, into: &out)
        }
    }

    /// Records an exchange that ends with its decision: a refusal.
    ///
    /// - Returns: whether there was room; if not, the loss is counted.
    @discardableResult
    public mutating func record(
        _ intent: SpoolIntent,
        _ texts: borrowing SpoolTexts,
        _ outcome: SpoolOutcome,
        onFailure: GatewaySettings.AuditFailure
    ) -> Bool {
        guard let slot = open(intent, texts, onFailure: onFailure) else { return false }
        conclude(slot, outcome)
        return true
    }

    /// Records a sign of life.
    ///
    /// - Returns: whether there was room; if not, nothing is counted: that it is missing says
    ///   enough.
    @discardableResult
    public mutating func record(_ heartbeat: Heartbeat) -> Bool {
        // The next segment, and after a reserve, which holds no slot, the one behind it.
        for _ in 0..<2 {
            if appendRecord(heartbeat) { return true }
            guard advance() else { return false }
        }
        return appendRecord(heartbeat)
    }

    /// Ends the writer after the last exchange; what is open stays for recovery.
    public consuming func close() {
        guard let last = current.take() else { return }
        if last.openCount == 0 { supply.retire(last) }
    }

    private mutating func append(
        _ intent: SpoolIntent,
        _ texts: borrowing SpoolTexts
    ) -> SlotHandle? {
        guard let number = current?.number, let start = current?.append(intent, texts) ?? nil
        else { return nil }
        return SlotHandle(number: number, offset: start)
    }

    private mutating func appendRecord(_ heartbeat: Heartbeat) -> Bool {
        guard current?.append(heartbeat, sequence: sequence + 1) == true else { return false }
        sequence += 1
        current?.note(lastSequence: sequence)
        return true
    }

    private mutating func countLoss(_ decision: Decision, at timestamp: Int64) {
        var gap = GapCounts()
        gap.add(decision, at: timestamp)
        lostCount += 1
        if current != nil {
            current?.count(gap, supply.shortage)
        } else {
            if unplaced.isEmpty { unplacedShortage = supply.shortage }
            unplaced.add(decision, at: timestamp)
        }
    }

    private mutating func concludeMoved(
        _ slot: SlotHandle,
        _ outcome: SpoolOutcome,
        _ serverName: Span<UInt8>
    ) {
        guard let place = forwards.removeValue(forKey: slot) else {
            preconditionFailure("a slot that is not open was concluded")
        }
        sequence -= 1
        conclude(place, outcome, serverName: serverName)
    }

    /// Makes the next prepared segment the newest.
    private mutating func advance() -> Bool {
        guard let next = supply.take(worker: worker) else { return false }
        let full = current.take()
        current = consume next
        current?.note(lastSequence: sequence)
        if !unplaced.isEmpty {
            current?.count(unplaced, unplacedShortage)
            unplaced = GapCounts()
        }
        if let full { put(full) }
        return true
    }

    /// Keeps a full segment while slots in it are open; gives it back otherwise.
    ///
    /// Where too many are kept, what is open in the oldest moves to the newest: it fits, because
    /// segments with slots have one size and the newest is still empty.
    private mutating func put(_ full: consuming Segment) {
        guard full.openCount > 0 else { return supply.retire(full) }
        guard let oldest = older.insert(full) else { return }
        move(oldest)
    }

    private mutating func move(_ oldest: consuming Segment) {
        var place = oldest.firstOpenSlot(from: HeaderLayout.bytes)
        while let from = place {
            guard let number = current?.number, let moved = current?.adopt(&oldest, at: from) ?? nil
            else { preconditionFailure("the newest segment is smaller than an older one") }
            forwards[moved.origin] = SlotHandle(number: number, offset: moved.start)
            place = oldest.firstOpenSlot(from: from)
        }
        supply.retire(oldest)
    }
}
