// From a verified bundle to a configuration in every worker: newer, compiled, then swapped.
// Whatever fails, the old one stays. Where bundles come from is for whoever owns the keeper: a
// folder, or the policy service.

import ClawgressBundle
import ClawgressBytes
import ClawgressModel
import ClawgressPolicy
import ClawgressReactor
import Logging
import Synchronization

/// Compiles bundles and gives them to the workers.
///
/// Lives on one thread.
final class SnapshotKeeper {
    /// How many of a bundle's warnings are written into the log.
    private static let warningsShown = 10

    let shelf: BundleShelf
    let alerts: Alerts
    let logger: Logger
    private let context: SnapshotContext
    private let workers: [WorkerHandle]
    private let resolver: ResolverKeeper
    private let state: GatewayState
    /// The highest order that was ever activated here.
    var highest: BundleOrder?
    /// What is served.
    private(set) var active: CompiledBundle?
    /// Whether nothing is given to the workers for now, whatever is active.
    private var isWithdrawn = false
    private var generation: UInt64 = 0

    init(
        shelf: BundleShelf,
        context: SnapshotContext,
        workers: [WorkerHandle],
        resolver: ResolverKeeper,
        state: GatewayState,
        alerts: Alerts,
        logger: Logger
    ) {
        self.shelf = shelf
        self.context = context
        self.workers = workers
        self.resolver = resolver
        self.state = state
        self.alerts = alerts
        self.logger = logger
        highest = shelf.order(shelf.highest)
    }

    /// Refuses what is not higher than all that was activated before.
    func requireNewer(_ source: Snapshot) throws(BundleRejection) {
        // After a crash between the files of an activation, or if the disk lost one of them, the
        // bundle that comes is the one that the highest order speaks of.
        if active == nil, source.order == highest { return }
        try source.order.requireHigher(than: highest)
    }

    /// Compiles a verified snapshot.
    func compile(_ source: Snapshot) throws(SnapshotProblem) -> CompiledBundle {
        generation += 1
        let snapshot = try GatewaySnapshot(
            source,
            generation: generation,
            context: context,
            wallSeconds: Self.wallSeconds(),
            monotonic: SystemClock.monotonicNanoseconds()
        )
        return CompiledBundle(source, snapshot)
    }

    /// Makes a bundle the active one and gives it to the workers; by then it is on the disk, or held
    /// until that takes it.
    ///
    /// While everything is withdrawn, the workers get it with ``restore()`` only: a bundle that
    /// comes back by itself must not open what was closed for want of a policy service.
    func serve(_ bundle: CompiledBundle, isLastKnownGood: Bool) {
        highest = max(highest ?? bundle.order, bundle.order)
        active = bundle
        guard !isWithdrawn else { return }
        // Before the workers forget what the former name servers answered.
        resolver.use(bundle.snapshot.resolver)
        for worker in workers { worker.inbox.post(.snapshot(bundle.snapshot)) }
        state.change { values in
            values.alert = bundle.snapshot.alert
            values.active = GatewayState.Active(
                order: bundle.order,
                revision: bundle.revision,
                issuedAt: bundle.issuedAt,
                since: Self.wallSeconds(),
                isLastKnownGood: isLastKnownGood,
                agents: bundle.agents,
                policies: bundle.policies
            )
            if !isLastKnownGood { values.rejection = nil }
        }
        if !isLastKnownGood { alerts.end(.lastKnownGood) }
        logger.notice(
            "bundle activated",
            metadata: [
                "bundle.serial": "\(bundle.order.serial)",
                "bundle.revision": "\(bundle.revision)",
                "bundle.last_known_good": "\(isLastKnownGood)",
            ]
        )
        warn(bundle.snapshot.policy.warnings)
    }

    /// Writes the first few warnings, and how many there are: whoever configures gets them all,
    /// and ten thousand lines would keep this thread from its policy service.
    private func warn(_ warnings: [PolicyWarning]) {
        for warning in warnings.prefix(Self.warningsShown) {
            logger.warning("policy warning", metadata: ["policy.warning": "\(warning)"])
        }
        let rest = warnings.count - Self.warningsShown
        guard rest > 0 else { return }
        logger.warning(
            "more policy warnings, which `clawgress configure` lists",
            metadata: ["policy.warnings": "\(rest)"]
        )
    }

    /// Takes the active bundle from the workers: nothing is allowed until ``restore()``.
    func withdraw() {
        isWithdrawn = true
        for worker in workers { worker.inbox.post(.withdrawn) }
        state.change { $0.active = nil }
    }

    /// Ends what ``withdraw()`` began: the workers get what is active now.
    func restore() {
        isWithdrawn = false
        if let active { serve(active, isLastKnownGood: false) }
    }

    /// Whether every worker serves the active bundle.
    var isServing: Bool { ServiceReadiness.isServing(workers, state.now) }

    /// Waits until every worker serves the active bundle, a second at most.
    ///
    /// They finish the turn that they are in. Workers that have not begun find it when they do.
    func awaitWorkers() {
        guard !isWithdrawn, workers.contains(where: { $0.serial.load(ordering: .acquiring) >= 0 }),
            let pause = Mailbox<Void>(bound: 1)
        else { return }
        let end = SystemClock.monotonicNanoseconds() + 1_000_000_000
        while !isServing, SystemClock.monotonicNanoseconds() < end {
            _ = pause.wait(milliseconds: 1)
        }
    }

    /// Says that a bundle is not taken.
    ///
    /// - Returns: the same as a code and a sentence.
    @discardableResult
    func refuse(_ error: any Error, _ origin: String) -> (code: String, problem: String) {
        let code = (error as? BundleRejection)?.code ?? "bundle_not_usable"
        state.change {
            $0.rejection = GatewayState.Rejection(
                code: code,
                problem: "\(error)",
                at: Self.wallSeconds()
            )
        }
        logger.warning(
            "bundle refused, the active one stays",
            metadata: [
                "bundle.path": "\(origin)", "bundle.rejection": "\(code)", "problem": "\(error)",
            ]
        )
        alerts.raise(.bundleRefused, "a bundle was refused", ["bundle.rejection": "\(code)"])
        return (code, "\(error)")
    }

    static func wallSeconds() -> Int64 {
        Int64(SystemClock.realtimeNanoseconds() / 1_000_000_000)
    }
}

/// A verified bundle in the form in which workers serve it, and what is said about it.
struct CompiledBundle: Sendable {
    let snapshot: GatewaySnapshot
    let order: BundleOrder
    let revision: String
    let issuedAt: Int64
    let confirmBy: Int64?
    let agents: Int
    let policies: Int

    init(_ source: Snapshot, _ snapshot: GatewaySnapshot) {
        self.snapshot = snapshot
        order = source.order
        revision = source.revision
        issuedAt = source.issuedAt
        confirmBy = source.confirmBy
        agents = source.agents.count
        policies = source.policies.count
    }
}
