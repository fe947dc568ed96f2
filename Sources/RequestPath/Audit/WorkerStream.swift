// One worker's records in the order of its segments, for the reader that merges the workers.

import ClawgressBytes

/// The records of one worker, one read ahead.
///
/// The position moves past a record only when it is taken, so a reader can be stopped and
/// replaced at any time.
final class WorkerStream {
    private let purpose: SpoolReader.Purpose
    /// The next record, if one has been found.
    private(set) var head: PlacedRecord?
    /// Where every segment that was begun stands.
    private(set) var position = SpoolPosition()
    /// What the position becomes when the head is taken.
    private var afterHead: (number: UInt64, position: SegmentPosition)?
    /// Segments from the one being read on, ascending.
    private var numbers: [UInt64] = []
    /// Open slots that are yet to be looked at again in this round.
    private var again: [(number: UInt64, start: Int)] = []
    private var mapped: MappedSegment?
    /// Whether there was nothing more at the last look; asking again costs system calls.
    private var isExhausted = false

    init(_ purpose: SpoolReader.Purpose) {
        self.purpose = purpose
    }

    /// Segments with nothing left to be read, held or awaited.
    var finishedSegments: [UInt64] {
        position.segments.filter { $1.isRead && $1.open.isEmpty && $1.held.isEmpty }.map(\.key)
    }

    /// Notes that a record of one of its segments is not done with.
    func hold(_ place: SpoolPlace) {
        position.segments[place.segment]?.held.append(place.start)
    }

    /// Adds a segment with a number above all others.
    func add(_ number: UInt64, _ start: SegmentPosition) {
        numbers.append(number)
        position.segments[number] = start
    }

    /// Begins a new round over the slots that were open.
    func lookAgain() {
        // Oldest last, because that is the end they are taken from.
        again = position.segments.sorted { $0.key > $1.key }.flatMap { number, segment in
            segment.open.reversed().map { (number, $0) }
        }
        // What is mapped may have been deleted and replaced by nothing; look afresh.
        mapped = nil
        isExhausted = false
    }

    /// Takes the head.
    func takeHead() -> PlacedRecord? {
        if let afterHead { position.segments[afterHead.number] = afterHead.position }
        afterHead = nil
        defer { head = nil }
        return head
    }

    /// Finds the next record, if there is one now.
    func fill(_ folder: String) throws(SpoolError) {
        guard !isExhausted else { return }
        while head == nil, let slot = again.popLast() {
            try checkAgain(slot.number, slot.start, folder)
        }
        while head == nil, let number = numbers.first {
            guard let segment = try map(number, folder) else {
                forget(number)
                continue
            }
            guard try readSlot(segment, number, folder) else { break }
        }
        isExhausted = head == nil
    }

    /// Looks at a slot that was open before.
    private func checkAgain(
        _ number: UInt64,
        _ start: Int,
        _ folder: String
    ) throws(SpoolError) {
        guard var after = position.segments[number] else { return }
        guard let segment = try map(number, folder) else {
            position.segments[number] = nil
            return
        }
        // First the word that tells whether it is worth more: most are open still.
        guard start <= segment.view.file.length - SlotLayout.bytesMin else { return }
        let state = segment.view.state(at: start)
        guard state == SlotState.concluded || state == SlotState.void else { return }
        guard case .slot = segment.view.probe(at: start) else { return }
        after.open.removeAll { $0 == start }
        offer(segment.event(at: start, state), number, start, after)
    }

    /// Reads one slot of the first segment, or what there is at its end.
    ///
    /// - Returns: whether to go on: there may be more.
    private func readSlot(
        _ segment: MappedSegment,
        _ number: UInt64,
        _ folder: String
    ) throws(SpoolError) -> Bool {
        let header = segment.view.header
        var after = position.segments[number] ?? SegmentPosition(bootID: header.bootID)
        let start = after.next
        switch segment.view.probe(at: start) {
        case .slot(let length):
            after.next += length
            let state = segment.view.state(at: start)
            if state == SlotState.open || state == SlotState.arriving { after.open.append(start) }
            offer(segment.event(at: start, state), number, start, after)
            return true
        case .record(let length):
            after.next += length
            offer(segment.view.record(at: start, length: length), number, start, after)
            return true
        case .end, .torn:
            return try readEnd(segment, number, after, folder)
        }
    }

    /// Looks for losses behind the slots of the first segment, and whether it was left.
    private func readEnd(
        _ segment: MappedSegment,
        _ number: UInt64,
        _ position: SegmentPosition,
        _ folder: String
    ) throws(SpoolError) -> Bool {
        if purpose == .display, offerGap(segment, number, position) { return true }
        // In a sealed one nothing changes any more, whatever comes later.
        guard try isLaterStarted(folder) || segment.view.isSealed else { return false }
        // What was written between the look at this segment and the look at the next.
        let rest = segment.view.probe(at: position.next)
        if rest.length != nil || offerGap(segment, number, position) { return true }
        numbers.removeFirst()
        self.position.segments[number]?.isRead = rest == .end
        if position.open.isEmpty, segment.view.isSealed { mapped = nil }
        return true
    }

    /// Makes the losses since the last look the head.
    ///
    /// - Returns: whether there were any.
    private func offerGap(
        _ segment: MappedSegment,
        _ number: UInt64,
        _ position: SegmentPosition
    ) -> Bool {
        var after = position
        let now = segment.view.gap
        guard let gap = segment.gap(now, since: after.gap) else { return false }
        after.gap = now
        offer(.gap(gap), number, 0, after)
        return true
    }

    /// Makes a record the head, or moves on at once where there is none.
    private func offer(
        _ record: AuditRecord?,
        _ number: UInt64,
        _ start: Int,
        _ after: SegmentPosition
    ) {
        guard let record else {
            position.segments[number] = after
            return
        }
        head = PlacedRecord(record: record, place: SpoolPlace(segment: number, start: start))
        afterHead = (number, after)
    }

    /// Whether the writer has left the first segment for a later one.
    private func isLaterStarted(_ folder: String) throws(SpoolError) -> Bool {
        for number in numbers.dropFirst() {
            do throws(SpoolError) {
                let view = try SegmentView(number: number, in: folder)
                if view.isStarted { return true }
            } catch .malformed {
                continue
            } catch .file(let error) where error.isMissing {
                // Deleted: it was finished, so the one before it was too.
                return true
            }
        }
        return false
    }

    private func map(_ number: UInt64, _ folder: String) throws(SpoolError) -> MappedSegment? {
        if let mapped, mapped.view.header.number == number { return mapped }
        do throws(SpoolError) {
            let fresh = MappedSegment(try SegmentView(number: number, in: folder))
            mapped = fresh
            return fresh
        } catch .malformed {
            return nil
        } catch .file(let error) where error.isMissing {
            return nil
        }
    }

    /// Forgets a segment that is not there any more.
    func forget(_ number: UInt64) {
        numbers.removeAll { $0 == number }
        position.segments[number] = nil
    }
}

/// A view that can be kept in a variable of a class.
private final class MappedSegment {
    let view: SegmentView

    init(_ view: consuming SegmentView) {
        self.view = view
    }

    /// The event of a slot; nil if it has none (yet), or a damaged one.
    func event(at start: Int, _ state: UInt32) -> AuditRecord? {
        guard state == SlotState.concluded, view.hasValidOutcome(at: start) else { return nil }
        return AuditEvent(view, at: start).map { .event($0) }
    }

    /// What was lost between two looks.
    func gap(_ now: GapCounts, since before: GapCounts) -> AuditGap? {
        guard now.allow >= before.allow, now.deny >= before.deny,
            now.rateLimit >= before.rateLimit, now.total > before.total
        else { return nil }
        return AuditGap(
            allow: now.allow - before.allow,
            deny: now.deny - before.deny,
            rateLimit: now.rateLimit - before.rateLimit,
            first: before.isEmpty ? now.first : before.last,
            last: now.last,
            reason: view.gapReason,
            gatewayID: view.header.gatewayID,
            bootID: view.header.bootID,
            worker: view.header.worker,
            segment: view.header.number
        )
    }
}
