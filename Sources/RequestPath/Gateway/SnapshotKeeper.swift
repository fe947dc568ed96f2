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

    /// Activates what a gateway that starts should serve: the bundle in the folder if it may be
    /// taken, else the last-known-good one.
    ///
    /// In this order, so that nobody is served for a moment by what was replaced meanwhile.
    func begin() {
        highest = readHighest()
        let kept = lastKnownGood()
        if let kept {
            highest = kept.source.order
            activeRevision = kept.source.revision
        }
        seen = FileStamp(of: folders.incoming)
        if seen != nil, take(folders.incoming, unlessEqual: kept?.bytes) { return }
        guard let kept else { return }
        do {
            activate(try compile(kept.source), kept.source, true)
        } catch {
            activeRevision = nil
            refuse(error, folders.lastKnownGood)
        }
    }

    /// Looks whether a new bundle has appeared, and takes it.
    func poll() {
        guard let stamp = FileStamp(of: folders.incoming), stamp != seen else { return }
        seen = stamp
        _ = take(folders.incoming, unlessEqual: nil)
    }

    /// Takes a bundle if it is newer.
    ///
    /// - Returns: whether it was activated.
    private func take(_ path: String, unlessEqual known: [UInt8]?) -> Bool {
        do {
            let bytes = try WholeFile.read(path, bytesMax: SignedBundle.bytesMax)
            if bytes == known { return false }
            let source = try SignedBundle.verify(bytes, trustedKeys: trustedKeys)
            if source.order == highest, source.revision == activeRevision { return false }
            try requireNewer(source)
            let snapshot = try compile(source)
            try keep(bytes, source.order)
            activate(snapshot, source, false)
            return true
        } catch {
            refuse(error, path)
            return false
        }
    }

    /// The last-known-good bundle, verified with the keys that are trusted now; nil if there is
    /// none that may be served.
    private func lastKnownGood() -> (bytes: [UInt8], source: Snapshot)? {
        guard FileStamp(of: folders.lastKnownGood) != nil else { return nil }
        do {
            let bytes = try WholeFile.read(folders.lastKnownGood, bytesMax: SignedBundle.bytesMax)
            let source = try SignedBundle.verify(bytes, trustedKeys: trustedKeys)
            if let highest, source.order < highest { try source.order.requireHigher(than: highest) }
            return (bytes, source)
        } catch {
            refuse(error, folders.lastKnownGood)
            return nil
        }
    }

    private func requireNewer(_ source: Snapshot) throws(BundleRejection) {
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
        try WholeFile.replaceAll(
            [
                (folders.highest, Array("\(order.epoch) \(order.serial)\n".utf8)),
                (folders.lastKnownGood, bytes),
            ],
            mode: 0o600
        )
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
