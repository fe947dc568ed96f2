// From a bundle in a folder to a configuration in every worker: verified, newer, compiled,
// kept for the next start, then swapped. Whatever fails, the old one stays.

import ClawgressBundle
import ClawgressBytes
import ClawgressJWS
import ClawgressModel
import ClawgressPolicy
import ClawgressReactor
import Logging
import Synchronization

/// Where a keeper finds and keeps bundles.
struct SnapshotFolders: Sendable {
    /// `bundle.jws` appears here.
    let incoming: String
    /// The last bundle that was activated, verified again at each start.
    let lastKnownGood: String
    /// The highest order that was ever activated.
    let highest: String

    init(bundleFolder: String, stateFolder: String) {
        incoming = bundleFolder + "/bundle.jws"
        lastKnownGood = stateFolder + "/last-known-good.jws"
        highest = stateFolder + "/highest-activated"
    }
}

/// Watches for bundles and activates them.
///
/// Lives on one thread.
final class SnapshotKeeper {
    private let folders: SnapshotFolders
    private let trustedKeys: [VerificationKey]
    private let context: SnapshotContext
    private let workers: [WorkerHandle]
    private let state: GatewayState
    private let alerts: Alerts
    private let logger: Logger
    private var highest: BundleOrder?
    private var activeRevision: String?
    private var seen: FileStamp?
    private var generation: UInt64 = 0

    init(
        folders: SnapshotFolders,
        trustedKeys: [VerificationKey],
        context: SnapshotContext,
        workers: [WorkerHandle],
        state: GatewayState,
        alerts: Alerts,
        logger: Logger
    ) {
        self.folders = folders
        self.trustedKeys = trustedKeys
        self.context = context
        self.workers = workers
        self.state = state
        self.alerts = alerts
        self.logger = logger
    }

    /// Activates the last-known-good bundle, if there is one, and then what lies in the folder.
    func begin() {
        highest = readHighest()
        if FileStamp(of: folders.lastKnownGood) != nil {
            take(folders.lastKnownGood, isLastKnownGood: true)
        }
        poll()
    }

    /// Looks whether a new bundle has appeared, and takes it.
    func poll() {
        guard let stamp = FileStamp(of: folders.incoming), stamp != seen else { return }
        seen = stamp
        take(folders.incoming, isLastKnownGood: false)
    }

    private func take(_ path: String, isLastKnownGood: Bool) {
        do {
            let bytes = try WholeFile.read(path, bytesMax: SignedBundle.bytesMax)
            let source = try SignedBundle.verify(bytes, trustedKeys: trustedKeys)
            if source.order == highest, source.revision == activeRevision { return }
            if !isLastKnownGood || (highest.map { source.order < $0 } ?? false) {
                try requireNewer(source, isLastKnownGood)
            }
            let snapshot = try compile(source)
            if !isLastKnownGood { try keep(bytes, source.order) }
            activate(snapshot, source, isLastKnownGood)
        } catch {
            refuse(error, path)
        }
    }

    /// What was activated once may be activated again at a start; anything else must be newer.
    private func requireNewer(_ source: Snapshot, _ isLastKnownGood: Bool) throws(BundleRejection) {
        // After a crash between the two files of `keep`, the bundle in the folder is the one
        // that the highest order speaks of.
        if activeRevision == nil, source.order == highest { return }
        try source.order.requireHigher(than: highest)
    }

    private func compile(_ source: Snapshot) throws(SnapshotProblem) -> GatewaySnapshot {
        generation += 1
        return try GatewaySnapshot(
            source,
            generation: generation,
            context: context,
            wallSeconds: Self.wallSeconds(),
            monotonic: SystemClock.monotonicNanoseconds()
        )
    }

    private func keep(_ bytes: [UInt8], _ order: BundleOrder) throws(FileError) {
        try WholeFile.replace(folders.highest, with: Array("\(order.epoch) \(order.serial)\n".utf8))
        try WholeFile.replace(folders.lastKnownGood, with: bytes, mode: 0o600)
    }

    private func readHighest() -> BundleOrder? {
        guard let bytes = try? WholeFile.read(folders.highest, bytesMax: 64) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let epoch = Int64(words[0]), let serial = Int64(words[1]) else {
            return nil
        }
        return BundleOrder(epoch: epoch, serial: serial)
    }

    private func activate(_ snapshot: GatewaySnapshot, _ source: Snapshot, _ isLastKnownGood: Bool)
    {
        for worker in workers { worker.inbox.post(.snapshot(snapshot)) }
        highest = max(highest ?? source.order, source.order)
        activeRevision = source.revision
        state.change { values in
            values.active = GatewayState.Active(
                order: source.order,
                revision: source.revision,
                issuedAt: source.issuedAt,
                since: Self.wallSeconds(),
                isLastKnownGood: isLastKnownGood,
                agents: source.agents.count,
                policies: source.policies.count
            )
            if !isLastKnownGood { values.rejection = nil }
        }
        logger.notice(
            "bundle activated",
            metadata: [
                "bundle.serial": "\(source.serial)", "bundle.revision": "\(source.revision)",
                "bundle.last_known_good": "\(isLastKnownGood)",
            ]
        )
        for warning in snapshot.policy.warnings {
            logger.warning("policy warning", metadata: ["policy.warning": "\(warning)"])
        }
    }

    private func refuse(_ error: any Error, _ path: String) {
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
                "bundle.path": "\(path)", "bundle.rejection": "\(code)", "problem": "\(error)",
            ]
        )
        alerts.raise(.bundleRefused, "a bundle was refused", ["bundle.rejection": "\(code)"])
    }

    private static func wallSeconds() -> Int64 {
        Int64(SystemClock.realtimeNanoseconds() / 1_000_000_000)
    }
}
