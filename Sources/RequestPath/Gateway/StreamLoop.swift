// The thread of an enrolled gateway: it feeds the machine with what the network posts and with the
// time, does what the machine says, and shows where that stands.

import ClawgressBundle
import ClawgressBundleStream
import ClawgressBytes
import ClawgressContract
import ClawgressModel
import ClawgressReactor
import Logging

/// How long a gateway may go without its policy service.
struct StreamAges: Sendable {
    /// Seconds after which `bundle_stale` is raised, unless the configuration says it.
    let alert: Int64
    /// Seconds after which nothing is served; nil for never.
    let deny: Int64?
}

/// Runs a gateway's side of the stream.
///
/// Lives on one thread.
final class StreamLoop {
    /// How often `last-heard` is written, in seconds.
    private static let noteSeconds: Int64 = 60

    private let bundles: EnrolledBundles
    private let link: PolicyLink
    private let inbox: Mailbox<StreamEvent>
    private let state: GatewayState
    private let ages: StreamAges
    private var machine: BundleStream
    private var generator = SystemRandomNumberGenerator()
    /// When the policy service was heard from last, before this start or since.
    private var heard: Int64
    private var noted: Int64
    private var warned: Int64?
    private var isDenying = false
    /// What the machine knows of the state folder.
    private var unwritten: String?

    /// Reads the state folder and serves what may be served.
    init(
        _ bundles: EnrolledBundles,
        link: PolicyLink,
        inbox: Mailbox<StreamEvent>,
        state: GatewayState,
        ages: StreamAges,
        bootID: String,
        productVersion: String
    ) {
        self.bundles = bundles
        self.link = link
        self.inbox = inbox
        self.state = state
        self.ages = ages
        machine = BundleStream(
            bundles.begin(),
            bootID: bootID,
            productVersion: productVersion,
            now: Self.milliseconds()
        )
        let wall = SnapshotKeeper.wallSeconds()
        // A note of the future was written under another clock.
        let kept = bundles.keeper.shelf.heard()
        heard = min(kept ?? wall, wall)
        noted = kept ?? 0
    }

    /// Runs for good.
    ///
    /// - Parameter onSettled: called once, when the policy service was asked and obeyed, does not
    ///   answer, or a second has gone by: then agents may be served.
    func run(onSettled: () -> Void) {
        let begun = Self.milliseconds()
        var isTold = false
        while true {
            feed(.tick)
            settle()
            let view = machine.view
            look(view)
            if !isTold, view.isSettled || Self.milliseconds() - begun >= 1_000 {
                isTold = true
                onSettled()
            }
            var pause = machine.pause(at: Self.milliseconds())
            if !isTold { pause = min(pause, 50) }
            for event in inbox.wait(milliseconds: Int32(pause)) { feed(event) }
        }
    }

    /// Writes what the disk did not take, now and then, and lets it be known how that stands.
    private func settle() {
        bundles.folder.settleIfDue()
        guard bundles.folder.problem != unwritten else { return }
        unwritten = bundles.folder.problem
        feed(.stateFolder(problem: unwritten))
    }

    /// One event, and whatever follows from it.
    private func feed(_ event: StreamEvent) {
        var actions = machine.handle(event, at: moment())
        var next = 0
        while next < actions.count {
            if let answer = perform(actions[next]) {
                actions += machine.handle(answer, at: moment())
            }
            next += 1
        }
    }

    private func moment() -> StreamMoment {
        StreamMoment(
            monotonic: Self.milliseconds(),
            wall: SnapshotKeeper.wallSeconds(),
            isServing: bundles.keeper.isServing,
            random: generator.next()
        )
    }

    private func perform(_ action: StreamAction) -> StreamEvent? {
        switch action {
        case .connect(let attempt): link.connect(attempt)
        case .disconnect: link.disconnect()
        case .fetch(let reference): link.fetch(reference)
        case .cancelFetch: link.cancelFetch()
        case .report(let report, let attempt): link.report(report, attempt)
        case .dropPrepared: bundles.dropPrepared()
        case .complain(let complaint): complain(complaint)
        case .prepare(let reference, let bytes): return bundles.prepare(reference, bytes)
        case .adopt(let reference, let bytes): return bundles.adopt(reference, bytes)
        case .activatePrepared(let reference): return bundles.activatePrepared(reference)
        case .revert: return bundles.revert()
        case .keepKeySet(let text): return bundles.keep(keySet: text)
        }
        return nil
    }

    private func complain(_ complaint: StreamComplaint) {
        let alerts = bundles.keeper.alerts
        switch complaint {
        case .disconnected(let reason):
            alerts.raise(
                .policyDisconnected,
                "the policy service is not connected, what is at hand is served",
                ["problem": reason]
            )
        case .misunderstood(let reason):
            bundles.keeper.logger.warning(
                "the policy service was not understood",
                metadata: ["problem": "\(reason)"]
            )
        case .behind(let reference, let why):
            alerts.raise(
                .bundleBehind,
                "a decided bundle is not served here",
                ["bundle.serial": "\(reference.serial)", "problem": why.reason]
            )
        case .confirmOverdue(let reference):
            alerts.raise(
                .confirmOverdue,
                "a bundle was not confirmed in time, and nothing older is kept: it stays",
                ["bundle.serial": "\(reference.serial)"]
            )
        }
    }

    /// Shows where the machine stands, and looks how old that is.
    private func look(_ view: StreamView) {
        let wall = SnapshotKeeper.wallSeconds()
        heard = min(max(heard, view.lastHeard ?? heard), wall)
        if view.lastHeard != nil, heard - noted >= Self.noteSeconds {
            noted = heard
            bundles.note(heard: heard)
        }
        if view.isConnected { bundles.keeper.alerts.end(.policyDisconnected) }
        if !view.isBehind { bundles.keeper.alerts.end(.bundleBehind) }
        let age = wall - heard
        let shared = bundles.keeper.active?.snapshot.alert.bundleAgeSeconds
        let bound = shared.map(Int64.init) ?? ages.alert
        if age <= bound { bundles.keeper.alerts.end(.bundleStale) }
        if age > bound, wall - (warned ?? wall - Self.noteSeconds) >= Self.noteSeconds {
            warned = wall
            bundles.keeper.alerts.raise(
                .bundleStale,
                "the policy service was not heard from for long, what is served may be outdated",
                ["seconds": "\(age)"]
            )
        }
        deny(age)
        state.change {
            $0.enrolment = GatewayState.Enrolment(
                stream: view,
                lastHeard: heard,
                isDenying: isDenying
            )
        }
    }

    /// Serves nothing while the policy service was not heard from for too long.
    private func deny(_ age: Int64) {
        guard let bound = ages.deny else { return }
        let mustDeny = age > bound
        guard mustDeny != isDenying else { return }
        isDenying = mustDeny
        if mustDeny {
            bundles.keeper.withdraw()
            bundles.keeper.alerts.raise(
                .bundleExpired,
                "the policy service was not heard from for too long, nothing is served",
                ["seconds": "\(age)"]
            )
        } else {
            bundles.keeper.alerts.end(.bundleExpired)
            bundles.keeper.restore()
        }
    }

    private static func milliseconds() -> Int64 {
        Int64(SystemClock.monotonicNanoseconds() / 1_000_000)
    }
}
