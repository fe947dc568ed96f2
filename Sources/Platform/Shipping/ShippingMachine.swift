// How a sender of records goes on: batch by batch, each until the log has it. Pure: time, disk and
// network are events and actions, so that a test can try every answer at every moment.

/// The sender's side of shipping.
///
/// Feed it every event with ``handle(_:at:)`` and do what it answers, in that order. One batch is
/// under way at a time. What the log refuses for its content is cut in halves until the records
/// that it means stand alone; those are set aside, so that they hold nobody up. Whatever else goes
/// wrong is tried again, after pauses that grow.
public struct ShippingMachine: Sendable {
    /// What lasts how long, in milliseconds.
    public struct Settings: Sendable {
        /// Between two looks at a spool that had nothing more.
        public var look: Int64 = 200
        /// The first pause before another attempt, and the longest.
        public var pause: ClosedRange<Int64> = 200...30_000
        /// The longest pause that the log may ask for.
        public var retryAfterMax: Int64 = 60_000
        /// So many refused records without an acknowledgement between them mean that all are
        /// refused: from then on there is a pause before each attempt.
        public var refusalsInARow = 8

        /// The defaults.
        public init() {}
    }

    private enum Phase: Sendable, Equatable {
        /// There was nothing more to ship.
        case resting(until: Int64)
        /// A batch is being read.
        case collecting
        /// The last of the pieces is under way.
        case sending
        /// The last of the pieces is to be sent again, or the next one for the first time.
        case backingOff(until: Int64)
    }

    private let settings: Settings
    private var phase: Phase
    /// What of the batch is not dealt with, the next one last.
    private var pieces: [Range<Int>] = []
    /// Whether there was more than fitted into the batch.
    private var isFull = false
    private var failures = 0
    private var refusals = 0
    /// Since when something waits for an acknowledgement.
    private var waitingSince: Int64?
    /// Whether the log contradicted itself: nothing is deleted from then on.
    public private(set) var isInconsistent: Bool
    /// Whether the last attempt was answered by the log.
    public private(set) var isConnected = false
    /// Why the last attempt was not; nil if it was.
    public private(set) var problem: String?
    /// What was counted since the start.
    public private(set) var counts = ShippingCounts()

    /// Starts.
    ///
    /// - Parameters:
    ///   - isInconsistent: whether the log had contradicted itself before.
    ///   - now: milliseconds of a clock that never goes back.
    public init(settings: Settings = Settings(), isInconsistent: Bool = false, now: Int64) {
        self.settings = settings
        self.isInconsistent = isInconsistent
        phase = .resting(until: now)
    }

    /// Takes in what happened and says what is to be done.
    public mutating func handle(
        _ event: ShippingEvent,
        at moment: ShippingMoment
    ) -> [ShippingAction] {
        switch event {
        case .tick: return passTime(moment)
        case .hurry: return hurry(moment)
        case .collected(let count, let isFull): return take(count, isFull, moment)
        case .acknowledged(let count, let isConsistent):
            return acknowledge(count, isConsistent, moment)
        case .refused: return refuse(moment)
        case .failed(let reason, let retryAfter):
            fail(reason, retryAfter, moment)
            return []
        }
    }

    /// Milliseconds until the next ``ShippingEvent/tick`` is due.
    public func pause(at now: Int64) -> Int64 {
        switch phase {
        case .resting(let until), .backingOff(let until): max(1, until - now)
        case .collecting, .sending: 1
        }
    }

    /// Whether the last look found nothing more to ship.
    public var isResting: Bool {
        if case .resting = phase { true } else { false }
    }

    /// How long nothing was acknowledged while there was something to ship, if that is too long.
    ///
    /// - Parameter bound: from so many milliseconds on it is.
    public func unreachableFor(at now: Int64, after bound: Int64) -> Int64? {
        guard let waitingSince, now - waitingSince >= bound else { return nil }
        return now - waitingSince
    }

    private mutating func passTime(_ moment: ShippingMoment) -> [ShippingAction] {
        switch phase {
        case .resting(let until) where moment.monotonic >= until:
            phase = .collecting
            return [.collect]
        case .backingOff(let until) where moment.monotonic >= until:
            return goOn(moment)
        case .resting, .collecting, .sending, .backingOff:
            return []
        }
    }

    /// Looks at once.
    private mutating func hurry(_ moment: ShippingMoment) -> [ShippingAction] {
        guard isResting else { return [] }
        phase = .resting(until: moment.monotonic)
        return passTime(moment)
    }

    private mutating func take(
        _ count: Int,
        _ isFull: Bool,
        _ moment: ShippingMoment
    ) -> [ShippingAction] {
        guard phase == .collecting else { return [] }
        guard count > 0 else {
            phase = .resting(until: moment.monotonic + settings.look)
            return []
        }
        self.isFull = isFull
        pieces = [0..<count]
        waitingSince = waitingSince ?? moment.monotonic
        return goOn(moment)
    }

    private mutating func acknowledge(
        _ count: Int,
        _ isConsistent: Bool,
        _ moment: ShippingMoment
    ) -> [ShippingAction] {
        guard phase == .sending, let piece = pieces.last else { return [] }
        if !isConsistent { isInconsistent = true }
        guard count == piece.count else {
            fail("the log counts \(count) of \(piece.count) records", nil, moment)
            return []
        }
        isConnected = true
        problem = nil
        failures = 0
        refusals = 0
        waitingSince = moment.monotonic
        counts.acknowledged += UInt64(count)
        pieces.removeLast()
        return goOn(moment)
    }

    private mutating func refuse(_ moment: ShippingMoment) -> [ShippingAction] {
        guard phase == .sending, let piece = pieces.popLast() else { return [] }
        isConnected = true
        guard piece.count == 1 else {
            let middle = piece.lowerBound + piece.count / 2
            pieces += [middle..<piece.upperBound, piece.lowerBound..<middle]
            return goOn(moment)
        }
        refusals += 1
        counts.refused += 1
        let hold = ShippingAction.hold(piece.lowerBound)
        guard refusals >= settings.refusalsInARow else { return [hold] + goOn(moment) }
        fail("the log refuses every record", nil, moment)
        return [hold]
    }

    private mutating func fail(
        _ reason: String,
        _ retryAfter: Int64?,
        _ moment: ShippingMoment
    ) {
        guard phase == .sending else { return }
        isConnected = false
        problem = reason
        failures += 1
        counts.failures += 1
        let asked = min(max(retryAfter ?? 0, 0), settings.retryAfterMax)
        phase = .backingOff(until: moment.monotonic + max(asked, jitter(moment.random)))
    }

    /// Sends the next piece, or ends the batch.
    private mutating func goOn(_ moment: ShippingMoment) -> [ShippingAction] {
        if let piece = pieces.last {
            phase = .sending
            counts.sent += UInt64(piece.count)
            return [.send(piece)]
        }
        waitingSince = nil
        let end: [ShippingAction] = isInconsistent ? [] : [.settle]
        guard isFull else {
            phase = .resting(until: moment.monotonic + settings.look)
            return end
        }
        phase = .collecting
        return end + [.collect]
    }

    /// Between one half and all of the pause that belongs to the number of failures, so that
    /// senders that lost one log do not come back together.
    private func jitter(_ random: UInt64) -> Int64 {
        let doublings = min(failures - 1, 20)
        let full = min(settings.pause.lowerBound << Int64(doublings), settings.pause.upperBound)
        return full - Int64(random % UInt64(full / 2 + 1))
    }
}
