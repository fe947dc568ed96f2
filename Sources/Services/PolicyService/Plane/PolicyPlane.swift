// The running service without its sockets: one actor that owns the coordinator, the gateways'
// streams and the order in which things reach the disk.

import ClawgressContract
public import ClawgressDaemon
public import Logging

/// Publications, from a request to the gateways.
public actor PolicyPlane {
    let store: PolicyStore
    let settings: PolicySettings
    let clock: PolicyClock
    let failpoints: Failpoints
    let logger: Logger
    var keys: KeyRing
    var machine: CommitMachine
    var book: GatewayBook
    var streams: [String: GatewayStream] = [:]
    var streamsOpened = 0
    var isStopping = false
    /// The publication under way, from the moment that somebody asks for it to the answer.
    var attempt: Attempt?
    /// What is reverted unless somebody confirms it.
    var unconfirmed: Unconfirmed?
    /// When something was said of the end of the signing keys.
    var alarm = SigningAlarm()
    /// Gateways that kept a reversion from being decided; the next one does not wait for them.
    var obstinate: Set<String> = []
    /// Before when a reversion is not tried again, in milliseconds of the monotonic clock.
    var revertAfter: Int64?
    /// How far the disk knows gateways to be with the latest bundle.
    var noted: [String: CommitMachine.Progress] = [:]
    /// Whether a change of the gateways is on its way to the disk, and the changes that wait for it.
    var isGatewayChanging = false
    var gatewayChanges: [CheckedContinuation<Void, Never>] = []
    /// What is to be written, in this order.
    let work: AsyncStream<Work>
    let workInput: AsyncStream<Work>.Continuation

    /// Something for the disk, or that has to wait for it.
    enum Work: Sendable {
        case decide(BundleReference, [RolloutEntry])
        case abort(BundleReference, [String: Refusal])
        case note(BundleReference, RolloutEntry)
        case heard([String: Int64])
        case answer(BundleReference, CommitOutcome)
        case fail(PolicyStoreError)
    }

    /// Starts from what is on the disk: what was not decided is recorded as aborted.
    ///
    /// - Throws: `PolicyStoreError`.
    public init(
        store: PolicyStore,
        keys: KeyRing,
        settings: PolicySettings,
        clock: PolicyClock,
        failpoints: Failpoints,
        logger: Logger
    ) async throws(PolicyStoreError) {
        try await store.add(keys.keySet, jws: keys.keySetText)
        let recovery = CommitRecovery(try await store.attempts())
        for bundle in recovery.undecided {
            try await store.abort(bundle, at: clock.wall(), rollout: [])
            logger.notice("aborted what was not decided", metadata: ["bundle": "\(bundle.place)"])
        }
        self.store = store
        self.keys = keys
        self.settings = settings
        self.clock = clock
        self.failpoints = failpoints
        self.logger = logger
        machine = CommitMachine(latest: recovery.latest)
        book = GatewayBook(
            try await store.gateways(),
            heardFrom: settings.heardFrom,
            now: clock.uptime()
        )
        unconfirmed = try await store.unconfirmed()
        let queue = AsyncStream.makeStream(of: Work.self)
        work = queue.stream
        workInput = queue.continuation
    }

    /// Writes what is to be written, until the database fails or ``stopWriting()`` is called.
    ///
    /// - Throws: `PolicyStoreError`: the process must end then, because only the disk knows
    ///   what became of a decision.
    public func run() async throws(PolicyStoreError) {
        for await item in work { try await perform(item) }
    }

    /// Ends ``run()`` when everything that is to be written is.
    public func stopWriting() {
        workInput.finish()
    }

    private func perform(_ item: Work) async throws(PolicyStoreError) {
        switch item {
        case .decide(let bundle, let rollout): try await decide(bundle, rollout)
        case .abort(let bundle, let refusals):
            failpoints.reach(.beforeAbort)
            let rollout = refusals.map { gateway, refusal in
                RolloutEntry(
                    gatewayID: gateway,
                    state: "refused",
                    code: refusal.code,
                    reason: refusal.reason
                )
            }
            try await store.abort(bundle, at: clock.wall(), rollout: rollout)
            failpoints.reach(.abortRecorded)
        case .note(let bundle, let entry): try await store.note(entry, of: bundle)
        case .heard(let times): try await store.noteHeard(times)
        case .answer(let bundle, let outcome): try await answer(bundle, outcome)
        case .fail(let error): throw error
        }
    }

    private func decide(
        _ bundle: BundleReference,
        _ rollout: [RolloutEntry]
    ) async throws(PolicyStoreError) {
        failpoints.reach(.beforeDecision)
        try await store.decide(
            bundle,
            at: clock.wall(),
            rollout: rollout,
            bundlesKept: settings.bundlesKept
        )
        failpoints.reach(.decisionRecorded)
        unconfirmed = try await store.unconfirmed()
        noted = [:]
        logger.notice(
            "decided",
            metadata: ["bundle": "\(bundle.place)", "revision": "\(bundle.revision)"]
        )
        take(.recorded(bundle))
        failpoints.reach(.activateSent)
        after(settings.activateTimeout) { $0.take(.activateTimeOver(bundle)) }
    }

    /// Hands an event to the coordinator and does what it wants.
    func take(_ event: CommitEvent) {
        let actions = machine.handle(event)
        noteProgress()
        for action in actions {
            switch action {
            case .send(let gateway, let line): send(line, to: gateway)
            case .recordDecision(let bundle): workInput.yield(.decide(bundle, rollout()))
            case .recordAbort(let bundle, let refusals):
                workInput.yield(.abort(bundle, refusals))
            case .answer(let bundle, let outcome): workInput.yield(.answer(bundle, outcome))
            }
        }
    }

    /// What the decision's record says of each gateway.
    private func rollout() -> [RolloutEntry] {
        book.entries.keys.sorted().map { gateway in
            let state =
                attempt?.excluded.contains(gateway) == true
                ? "excluded"
                : attempt?.required.contains(gateway) == true ? "prepared" : "behind"
            return RolloutEntry(gatewayID: gateway, state: state, code: nil, reason: nil)
        }
    }

    private func noteProgress() {
        guard !machine.isUndecided, let latest = machine.latest else { return }
        for (gateway, progress) in machine.progress where noted[gateway] != progress {
            noted[gateway] = progress
            switch progress {
            case .activated:
                let entry = RolloutEntry(
                    gatewayID: gateway,
                    state: "activated",
                    code: nil,
                    reason: nil
                )
                workInput.yield(.note(latest, entry))
            case .failed(let refusal):
                let entry = RolloutEntry(
                    gatewayID: gateway,
                    state: "refused",
                    code: refusal.code,
                    reason: refusal.reason
                )
                workInput.yield(.note(latest, entry))
            case .asked, .prepared: break
            }
        }
    }

    /// Does something later, unless the service has ended by then.
    func after(
        _ milliseconds: Int64,
        _ action: @escaping @Sendable (isolated PolicyPlane) -> Void
    ) {
        Task { [weak self] in
            try? await Task.sleep(for: .milliseconds(milliseconds))
            if let self { await action(self) }
        }
    }
}

extension BundleReference {
    /// `<epoch>.<serial>`, for logs.
    var place: String { "\(epoch).\(serial)" }
}

extension Failpoints {
    func reach(_ step: PolicyStep) { reach(step.rawValue) }
}
