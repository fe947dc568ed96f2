// The coordinator of the two-phase commit, as a pure state machine. Its one promise: before the
// decision is on the disk nothing is activated anywhere, and afterwards nothing is taken back.

public import ClawgressContract

/// One publication at a time, from the question to the gateways to their last answer.
///
///     var machine = CommitMachine(latest: store.latestDecided)
///     for action in machine.handle(.begin(bundle, required: ["gw-1"])) { … }
///
/// A gateway that loses its stream while it is asked stays required: it is asked again when it
/// is back in time. Answers for another bundle than the one under way change nothing.
public struct CommitMachine: Sendable, Hashable {
    /// The attempt under way.
    enum Phase: Sendable, Hashable {
        case idle
        /// Asked; `waiting` have not answered.
        case preparing(BundleReference, required: Set<String>, waiting: Set<String>)
        /// All agreed; the decision is on its way to the disk.
        case recording(BundleReference, required: Set<String>)
        /// Decided; the answer waits for `waiting` to say that they serve it.
        case activating(BundleReference, waiting: Set<String>)
    }

    var phase: Phase = .idle
    /// The newest decided bundle: what every gateway is to serve.
    public internal(set) var latest: BundleReference?
    /// The gateways that have a stream.
    var streaming: Set<String> = []
    /// How far each gateway is with the attempt under way, or with ``latest`` if there is none.
    public internal(set) var progress: [String: Progress] = [:]

    /// How far one gateway is with a bundle.
    public enum Progress: Sendable, Hashable {
        /// Was asked.
        case asked
        /// Agreed.
        case prepared
        /// Serves it.
        case activated
        /// Cannot serve it although it was decided; it is told again when it reports.
        case failed(Refusal)
    }

    /// Starts from what is on the disk; see ``CommitRecovery``.
    public init(latest: BundleReference?) {
        self.latest = latest
    }

    /// Whether a publication is under way; ``CommitEvent/begin(_:required:)`` is not allowed then.
    public var isBusy: Bool { phase != .idle }

    /// Whether the attempt under way may still abort.
    public var isUndecided: Bool {
        switch phase {
        case .preparing, .recording: true
        case .idle, .activating: false
        }
    }

    /// Takes an event and says what is to be done about it.
    public mutating func handle(_ event: CommitEvent) -> [CommitAction] {
        switch event {
        case .begin(let bundle, let required): begin(bundle, required)
        case .prepared(let gateway, let epoch, let serial): prepared(gateway, epoch, serial)
        case .refused(let gateway, let epoch, let serial, let refusal):
            refused(gateway, epoch, serial, refusal)
        case .activated(let gateway, let epoch, let serial): activated(gateway, epoch, serial)
        case .prepareTimeOver(let bundle): prepareTimeOver(bundle)
        case .recorded(let bundle): recorded(bundle)
        case .activateTimeOver(let bundle): activateTimeOver(bundle)
        case .connected(let gateway, let standing): connected(gateway, standing)
        case .reported(let gateway, let standing): reported(gateway, standing)
        case .lost(let gateway): lost(gateway)
        case .removed(let gateway): removed(gateway)
        }
    }
}

// MARK: - Before the decision

extension CommitMachine {
    private mutating func begin(
        _ bundle: BundleReference,
        _ required: Set<String>
    ) -> [CommitAction] {
        precondition(!isBusy, "one publication at a time: ask `isBusy` first")
        progress = [:]
        guard !required.isEmpty else {
            phase = .recording(bundle, required: [])
            return [.recordDecision(bundle)]
        }
        phase = .preparing(bundle, required: required, waiting: required)
        return required.sorted().flatMap { ask($0, bundle) }
    }

    /// Asks a gateway, or leaves it to its next connection.
    private mutating func ask(_ gateway: String, _ bundle: BundleReference) -> [CommitAction] {
        guard streaming.contains(gateway) else { return [] }
        progress[gateway] = .asked
        return [.send(gateway: gateway, .prepare(bundle))]
    }

    private mutating func prepared(
        _ gateway: String,
        _ epoch: Int64,
        _ serial: Int64
    ) -> [CommitAction] {
        guard case .preparing(let bundle, let required, var waiting) = phase,
            bundle.isAt(epoch, serial), waiting.remove(gateway) != nil
        else { return [] }
        progress[gateway] = .prepared
        guard waiting.isEmpty else {
            phase = .preparing(bundle, required: required, waiting: waiting)
            return []
        }
        phase = .recording(bundle, required: required)
        return [.recordDecision(bundle)]
    }

    private mutating func refused(
        _ gateway: String,
        _ epoch: Int64,
        _ serial: Int64,
        _ refusal: Refusal
    ) -> [CommitAction] {
        if case .preparing(let bundle, let required, _) = phase, bundle.isAt(epoch, serial),
            required.contains(gateway)
        {
            return abort(bundle, [gateway: refusal])
        }
        guard !isUndecided, let latest, latest.isAt(epoch, serial) else { return [] }
        progress[gateway] = .failed(refusal)
        return settle(gateway)
    }

    private mutating func prepareTimeOver(_ meant: BundleReference) -> [CommitAction] {
        guard case .preparing(let bundle, _, let waiting) = phase, bundle == meant else {
            return []
        }
        var refusals: [String: Refusal] = [:]
        for gateway in waiting {
            refusals[gateway] = streaming.contains(gateway) ? .timedOut : .gatewayLost
        }
        return abort(bundle, refusals)
    }

    /// Tells everyone who was asked, since they may have prepared or be about to.
    private mutating func abort(
        _ bundle: BundleReference,
        _ refusals: [String: Refusal]
    ) -> [CommitAction] {
        let told = progress.keys.filter { streaming.contains($0) }.sorted()
        phase = .idle
        progress = [:]
        return [.recordAbort(bundle, refusals)]
            + told.map {
                .send(gateway: $0, .abort(epoch: bundle.epoch, serial: bundle.serial))
            }
            + [.answer(bundle, .aborted(refusals))]
    }
}

// MARK: - After the decision

extension CommitMachine {
    private mutating func recorded(_ meant: BundleReference) -> [CommitAction] {
        guard case .recording(let bundle, let required) = phase, bundle == meant else {
            return []
        }
        latest = bundle
        let waiting = required.intersection(streaming)
        phase = .activating(bundle, waiting: waiting)
        let told = streaming.sorted()
        return told.map { .send(gateway: $0, .activate(bundle)) } + answerIfNobodyWaits()
    }

    private mutating func activated(
        _ gateway: String,
        _ epoch: Int64,
        _ serial: Int64
    ) -> [CommitAction] {
        guard !isUndecided, let latest, latest.isAt(epoch, serial) else { return [] }
        progress[gateway] = .activated
        return settle(gateway)
    }

    private mutating func activateTimeOver(_ meant: BundleReference) -> [CommitAction] {
        guard case .activating(let bundle, _) = phase, bundle == meant else { return [] }
        phase = .activating(bundle, waiting: [])
        return answerIfNobodyWaits()
    }

    /// A gateway has nothing more to say to the decided bundle.
    private mutating func settle(_ gateway: String) -> [CommitAction] {
        guard case .activating(let bundle, var waiting) = phase,
            waiting.remove(gateway) != nil
        else { return [] }
        phase = .activating(bundle, waiting: waiting)
        return answerIfNobodyWaits()
    }

    private mutating func answerIfNobodyWaits() -> [CommitAction] {
        guard case .activating(let bundle, let waiting) = phase, waiting.isEmpty else { return [] }
        phase = .idle
        return [.answer(bundle, .decided)]
    }
}

// MARK: - Gateways that come and go

extension CommitMachine {
    private mutating func connected(_ gateway: String, _ standing: Standing) -> [CommitAction] {
        streaming.insert(gateway)
        var actions = forget(gateway, standing)
        actions += catchUp(gateway, standing)
        if case .preparing(let bundle, _, let waiting) = phase, waiting.contains(gateway) {
            actions +=
                standing.prepared == bundle
                ? prepared(gateway, bundle.epoch, bundle.serial) : ask(gateway, bundle)
        }
        return actions
    }

    private mutating func reported(_ gateway: String, _ standing: Standing) -> [CommitAction] {
        guard streaming.contains(gateway) else { return [] }
        return catchUp(gateway, standing)
    }

    /// What was prepared and will never be decided is forgotten.
    private func forget(_ gateway: String, _ standing: Standing) -> [CommitAction] {
        guard let prepared = standing.prepared, prepared != latest else { return [] }
        switch phase {
        case .preparing(let bundle, _, _), .recording(let bundle, _):
            if prepared == bundle { return [] }
        case .idle, .activating: break
        }
        return [
            .send(gateway: gateway, .abort(epoch: prepared.epoch, serial: prepared.serial))
        ]
    }

    /// Whoever serves less than the latest is told, once for each report, until it does.
    private mutating func catchUp(_ gateway: String, _ standing: Standing) -> [CommitAction] {
        guard let latest else { return [] }
        if standing.active == latest {
            return activated(gateway, latest.epoch, latest.serial)
        }
        guard standing.active.map({ $0 < latest }) ?? true else { return [] }
        // It took the commit back itself and will get what follows it.
        guard standing.revertedSerial != latest.serial else { return settle(gateway) }
        return [.send(gateway: gateway, .activate(latest))]
    }

    private mutating func lost(_ gateway: String) -> [CommitAction] {
        streaming.remove(gateway)
        return settle(gateway)
    }

    private mutating func removed(_ gateway: String) -> [CommitAction] {
        streaming.remove(gateway)
        progress[gateway] = nil
        guard case .preparing(let bundle, var required, var waiting) = phase,
            required.remove(gateway) != nil
        else { return settle(gateway) }
        waiting.remove(gateway)
        guard waiting.isEmpty else {
            phase = .preparing(bundle, required: required, waiting: waiting)
            return []
        }
        phase = .recording(bundle, required: required)
        return [.recordDecision(bundle)]
    }
}

extension Refusal {
    static var timedOut: Refusal {
        Refusal(
            code: PolicyProblem.timedOut,
            reason: "it did not say in time whether it can serve the bundle"
        )
    }

    static var gatewayLost: Refusal {
        Refusal(
            code: PolicyProblem.gatewayLost,
            reason: "its stream ended before it said whether it can serve the bundle"
        )
    }
}
