// How an enrolled gateway follows the policy service: prepare, then activate or forget, and catch
// up with what was decided while nobody listened. Pure: time, disk and network are events and
// actions, so that a test can try every order in which they come.

public import ClawgressBundle
public import ClawgressContract

/// The gateway's side of the two-phase distribution of bundles.
///
/// Feed it every event with ``handle(_:at:)`` and do what it answers, in that order. What an
/// action to the disk led to is the very next event. A decided bundle (`wanted`) goes before
/// an offered one, one fetch runs at a time, and what is served only ever rises, except for a
/// bundle that nobody confirmed in time.
public struct BundleStream: Sendable {
    /// What lasts how long, in milliseconds.
    public struct Settings: Sendable {
        /// Between two reports of the state.
        public var heartbeat: Int64 = 3_000
        /// Without a line, after which the stream is taken for dead; the policy service sends
        /// one every 2 s.
        public var silence: Int64 = 6_000
        /// The first pause before another attempt, and the longest.
        public var pause: ClosedRange<Int64> = 100...2_000
        /// How long a gateway that starts waits for the policy service before it serves what it
        /// has and says that it is ready.
        public var settling: Int64 = 5_000
        /// The longest line, in bytes.
        public var lineBytesMax = 262_144

        /// The defaults.
        public init() {}
    }

    /// What a gateway that starts finds on its disk.
    public struct Start: Sendable {
        /// What it serves until it hears of something newer.
        public var active: StandingBundle?
        /// What it prepared and was told neither to activate nor to forget.
        public var prepared: BundleReference?
        /// The highest order that it ever activated.
        public var highest: BundleOrder?
        /// The bundle that it reverted by itself, unless a newer one came since.
        public var reverted: BundleOrder?
        /// The version of its key set; 0 for none.
        public var keySetVersion: Int64 = 0

        /// A gateway that was never anything.
        public init() {}
    }

    enum Link: Sendable, Equatable {
        case waiting(until: Int64)
        case open(attempt: UInt64, isWelcome: Bool, heard: Int64, nextState: Int64)
    }

    let settings: Settings
    let bootID: String
    let productVersion: String
    private let begun: Int64

    var link: Link
    var attempts: UInt64 = 0
    var failures = 0
    var active: StandingBundle?
    var prepared: BundleReference?
    var highest: BundleOrder?
    var reverted: BundleOrder?
    var keySetVersion: Int64
    var latest: BundleReference?
    /// Decided, and to be served as soon as it is here.
    var wanted: BundleReference?
    /// To be prepared, and perhaps never served.
    var offered: BundleReference?
    var fetching: BundleReference?
    /// The bundle of the action whose result comes next.
    var storing: BundleReference?
    /// When a decided bundle that could not be fetched is tried again.
    var fetchAfter: Int64 = 0
    var fetchFailures = 0
    /// Why a bundle was not taken under this key set: it is not tried twice.
    var refusal: (reference: BundleReference, why: StreamRefusal)?
    var problem: String?
    /// What the state folder does not take.
    var unwritten: String?
    var overdue: BundleReference?
    var isSettled = false
    var lastHeard: Int64?
    /// What the last report said of being ready.
    var saidReady = false

    /// Starts with what is on the disk.
    ///
    /// - Parameters:
    ///   - start: what was found there.
    ///   - bootID: changes with each start.
    ///   - productVersion: the version of the program.
    ///   - now: milliseconds of the monotonic clock.
    public init(
        _ start: Start,
        bootID: String,
        productVersion: String,
        settings: Settings = Settings(),
        now: Int64
    ) {
        self.settings = settings
        self.bootID = bootID
        self.productVersion = productVersion
        begun = now
        link = .waiting(until: now)
        active = start.active
        prepared = start.prepared
        highest = start.highest
        reverted = start.reverted
        keySetVersion = start.keySetVersion
    }

    /// Takes in what happened and says what is to be done.
    public mutating func handle(_ event: StreamEvent, at moment: StreamMoment) -> [StreamAction] {
        var actions: [StreamAction] = []
        switch event {
        case .line(let text, let attempt): hear(text, attempt, moment, &actions)
        case .lost(let reason, let attempt): lose(reason, attempt, moment, &actions)
        case .fetched(let reference, let bytes): take(reference, bytes, &actions)
        case .fetchFailed(let reference, let why): missed(reference, why, moment, &actions)
        case .prepared(let reference): hold(reference, &actions)
        case .refused(let reference, let why): refuse(reference, why, &actions)
        case .activated(let standing): serve(standing, &actions)
        case .preparedLost(let reference): forget(reference)
        case .keySetKept(let version, let stands): trust(version, stands, moment, &actions)
        case .keySetRefused(let why): problem = why.reason
        case .reverted(let standing, let order): goneBack(standing, order, moment, &actions)
        case .revertFailed: stay()
        case .stateFolder(let problem): note(unwritten: problem, moment, &actions)
        case .tick: break
        }
        passTime(moment, &actions)
        work(moment, &actions)
        settle(moment)
        return actions
    }

    /// Milliseconds until the next ``StreamEvent/tick`` is due, at most a second.
    public func pause(at now: Int64) -> Int64 {
        var next = now + 1_000
        switch link {
        case .waiting(let until): next = min(next, until)
        case .open(_, let isWelcome, let heard, let nextState):
            next = min(next, heard + settings.silence)
            if isWelcome { next = min(next, nextState) }
        }
        if wanted != nil, fetching == nil { next = min(next, fetchAfter) }
        return max(1, next - now)
    }

    /// What is true as soon as nothing is left to ask, or nobody to ask it: then a gateway that
    /// starts may say that it is ready.
    private mutating func settle(_ moment: StreamMoment) {
        guard !isSettled else { return }
        // What is prepared may have been decided: then one failed attempt is not enough.
        let isAlone = failures > 0 && prepared == nil
        if moment.monotonic - begun >= settings.settling || isAlone {
            isSettled = true
            return
        }
        guard case .open(_, isWelcome: true, _, _) = link else { return }
        isSettled = wanted == nil && prepared == nil
    }

    /// The number of the connection on which one may speak.
    var welcomed: UInt64? {
        guard case .open(let attempt, isWelcome: true, _, _) = link else { return nil }
        return attempt
    }

    /// Whether a bundle may come to be served: higher than all that ever was, or the last one
    /// once more if it was lost from the disk.
    func mayServe(_ reference: BundleReference) -> Bool {
        guard let highest else { return true }
        return reference.order > highest || (active == nil && reference.order == highest)
    }
}
