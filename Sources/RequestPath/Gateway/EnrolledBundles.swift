// What an enrolled gateway does with bundles and key sets that were fetched: each step is on the
// disk before its result is known, so that a kill between any two leaves what a reconnect settles.
// A disk that fails is no reason to refuse, which would keep a revocation out everywhere: the state
// folder holds what it does not take, and what is served and what was before is in memory anyhow.

import ClawgressBundle
import ClawgressBundleStream
import ClawgressBytes
import ClawgressContract
import ClawgressDaemon
import ClawgressJWS
import ClawgressModel
import Logging

/// The disk and the compiler behind the stream of bundles.
///
/// Lives on one thread.
final class EnrolledBundles {
    /// The steps at which a test may kill the process, in their order.
    static let steps = [
        "prepare-compiled", "prepare-kept", "activate-begun", "activate-renamed", "activate-kept",
        "activate-served", "adopt-compiled", "adopt-kept", "key-set-kept", "revert-marked",
        "revert-kept",
    ]

    let keeper: SnapshotKeeper
    /// Where all that must survive a restart is written.
    let folder: StateFolder
    private let rootKey: VerificationKey
    private let failpoints: Failpoints
    private(set) var keySet: KeySet?
    private var prepared: HeldBundle?
    /// The bytes of what is served.
    private var served: [UInt8]?
    /// The bytes of what was served before an unconfirmed bundle.
    private var earlier: [UInt8]?

    init(_ keeper: SnapshotKeeper, rootKey: VerificationKey, failpoints: Failpoints) {
        self.keeper = keeper
        folder = StateFolder(alerts: keeper.alerts, logger: keeper.logger)
        self.rootKey = rootKey
        self.failpoints = failpoints
    }

    private var shelf: BundleShelf { keeper.shelf }

    /// Reads the state folder and serves the last-known-good bundle, verified with the newest
    /// key set, unless its time to be confirmed is over.
    func begin() -> BundleStream.Start {
        keySet = readKeySet()
        var start = BundleStream.Start()
        start.keySetVersion = keySet?.version ?? 0
        start.reverted = shelf.order(shelf.reverted).flatMap { $0 == keeper.highest ? $0 : nil }
        earlier = bytes(shelf.beforeConfirm)
        if let kept = read(shelf.lastKnownGood), mayServe(kept.bundle, reverted: start.reverted) {
            let order = kept.bundle.order
            if kept.bundle.confirmBy == nil { earlier = nil }
            noteHighest(order)
            if isExpired(kept.bundle), goBack(order) {
                start.reverted = order
            } else {
                served = kept.bytes
                keeper.serve(kept.bundle, isLastKnownGood: true)
            }
        }
        prepared = readPrepared()
        folder.settle()
        start.active = standing
        start.prepared = prepared?.bundle.reference
        start.highest = keeper.highest
        return start
    }

    /// What is served, as the stream sees it.
    private var standing: StandingBundle? { keeper.active.map(describe) }

    private func describe(_ bundle: CompiledBundle) -> StandingBundle {
        StandingBundle(
            bundle.reference,
            confirmBy: bundle.confirmBy,
            hasEarlier: bundle.confirmBy != nil && earlier != nil
        )
    }

    /// Verifies, compiles and keeps a bundle beside the active one.
    func prepare(_ reference: BundleReference, _ bytes: [UInt8]) -> StreamEvent {
        let compiled: CompiledBundle
        do {
            compiled = try compile(reference, bytes)
        } catch {
            return refused(reference, error)
        }
        failpoints.reach("prepare-compiled")
        folder.replace([(shelf.prepared, bytes)])
        folder.settle()
        failpoints.reach("prepare-kept")
        prepared = HeldBundle(compiled, bytes)
        return .prepared(reference)
    }

    /// Makes the prepared bundle the active one.
    func activatePrepared(_ reference: BundleReference) -> StreamEvent {
        guard let held = prepared, held.bundle.reference == reference else {
            return .preparedLost(reference)
        }
        prepared = nil
        failpoints.reach("activate-begun")
        keepEarlier(than: held.bundle)
        folder.move(shelf.prepared, to: shelf.lastKnownGood, held.bytes)
        failpoints.reach("activate-renamed")
        // After it: a bundle to serve that is higher says so itself.
        folder.replace([(shelf.highest, BundleShelf.text(held.bundle.order))])
        forgetEarlier(than: held.bundle)
        folder.settle()
        failpoints.reach("activate-kept")
        return serve(held)
    }

    /// Verifies, compiles, keeps and serves a bundle that was decided already.
    func adopt(_ reference: BundleReference, _ bytes: [UInt8]) -> StreamEvent {
        let bundle: CompiledBundle
        do {
            bundle = try compile(reference, bytes)
        } catch {
            return refused(reference, error)
        }
        failpoints.reach("adopt-compiled")
        keepEarlier(than: bundle)
        folder.replace(shelf.kept(bytes, bundle.order))
        forgetEarlier(than: bundle)
        folder.settle()
        failpoints.reach("adopt-kept")
        return serve(HeldBundle(bundle, bytes))
    }

    /// Forgets what is prepared.
    func dropPrepared() {
        prepared = nil
        folder.remove(shelf.prepared)
        folder.settle()
    }

    /// Serves again what was served before the unconfirmed bundle.
    func revert() -> StreamEvent {
        guard let order = keeper.active?.order, goBack(order), let standing else {
            return .revertFailed
        }
        keeper.awaitWorkers()
        return .reverted(standing, from: order)
    }

    /// Notes when the policy service was heard from, so that a restart makes nothing younger.
    func note(heard: Int64) {
        folder.replace([(shelf.lastHeard, Array("\(heard)\n".utf8))])
        folder.settle()
    }

    /// Verifies a key set and keeps it.
    func keep(keySet text: String) -> StreamEvent {
        let bytes = Array(text.utf8)
        do throws(KeySetRejection) {
            let set = try KeySet.verify(bytes, rootKey: rootKey)
            try set.requireNotOlder(than: keySet)
            guard set != keySet else {
                return .keySetKept(version: set.version, preparedStands: true)
            }
            folder.replace([(shelf.keySet, bytes)])
            folder.settle()
            failpoints.reach("key-set-kept")
            keySet = set
            keeper.logger.notice("key set kept", metadata: ["key_set.version": "\(set.version)"])
            return .keySetKept(version: set.version, preparedStands: reviewBundles())
        } catch {
            keeper.alerts.raise(
                .keySetRefused,
                "a key set was refused, the one at hand stays",
                ["key_set.rejection": error.code, "problem": "\(error)"]
            )
            return .keySetRefused(StreamRefusal(code: error.code, reason: "\(error)"))
        }
    }

    /// Verifies what is at hand with a new key set.
    ///
    /// The active bundle stays for now even if its
    /// key went, because denying everything helps nobody before its successor comes; at the
    /// next start it will not be served.
    ///
    /// - Returns: whether what is prepared may stay.
    private func reviewBundles() -> Bool {
        if let served, let problem = rejection(served) {
            keeper.refuse(problem, shelf.lastKnownGood)
        }
        guard let prepared, rejection(prepared.bytes) != nil else { return true }
        self.prepared = nil
        return false
    }

    private func rejection(_ bytes: [UInt8]) -> (any Error)? {
        do {
            guard let keySet else { return nil }
            _ = try SignedBundle.verify(bytes, keySet: keySet, at: nil)
            return nil
        } catch {
            return error
        }
    }

    private func serve(_ held: HeldBundle) -> StreamEvent {
        served = held.bytes
        keeper.serve(held.bundle, isLastKnownGood: false)
        keeper.awaitWorkers()
        failpoints.reach("activate-served")
        return .activated(describe(held.bundle))
    }

    private func compile(
        _ reference: BundleReference,
        _ bytes: [UInt8]
    ) throws -> CompiledBundle {
        guard let keySet else { throw EnrolmentProblem.noKeySet }
        let source = try SignedBundle.verify(
            bytes,
            keySet: keySet,
            at: SnapshotKeeper.wallSeconds()
        )
        guard source.order == reference.order, source.revision == reference.revision else {
            throw EnrolmentProblem.notAnnounced(source.order)
        }
        try keeper.requireNewer(source)
        return try keeper.compile(source)
    }

    private func refused(_ reference: BundleReference, _ error: any Error) -> StreamEvent {
        let origin = "bundle \(reference.epoch)/\(reference.serial) of the policy service"
        let (code, problem) = keeper.refuse(error, origin)
        return .refused(reference, StreamRefusal(code: code, reason: problem))
    }

    /// Keeps what an unconfirmed bundle replaces; of several in a row, what the first one did.
    private func keepEarlier(than bundle: CompiledBundle) {
        guard bundle.confirmBy != nil, keeper.active?.confirmBy == nil, let served else { return }
        earlier = served
        folder.replace([(shelf.beforeConfirm, served)])
    }

    /// After a bundle that stays: there is nothing to go back to.
    private func forgetEarlier(than bundle: CompiledBundle) {
        guard bundle.confirmBy == nil else { return }
        earlier = nil
        folder.remove(shelf.beforeConfirm)
    }

    /// Goes back to what was served before the bundle of `order`.
    private func goBack(_ order: BundleOrder) -> Bool {
        guard let earlier, let back = verified(earlier, shelf.beforeConfirm),
            back.bundle.order < order
        else { return false }
        noteHighest(order)
        // Before the bundle: a kill in between only repeats both.
        folder.replace([(shelf.reverted, BundleShelf.text(order))])
        failpoints.reach("revert-marked")
        folder.move(shelf.beforeConfirm, to: shelf.lastKnownGood, earlier)
        folder.settle()
        failpoints.reach("revert-kept")
        self.earlier = nil
        served = earlier
        keeper.serve(back.bundle, isLastKnownGood: false)
        let serial = back.bundle.order.serial
        keeper.alerts.raise(
            .commitReverted,
            "a bundle was not confirmed in time, what was served before is served again",
            ["bundle.serial": "\(order.serial)", "bundle.reverted_to": "\(serial)"]
        )
        return true
    }

    /// Keeps the highest order if the disk does not say it yet: a kill between the files of an
    /// activation leaves it behind, and what was reverted would be taken again.
    private func noteHighest(_ order: BundleOrder) {
        if let highest = keeper.highest, highest >= order { return }
        keeper.highest = order
        folder.replace([(shelf.highest, BundleShelf.text(order))])
    }
}

extension EnrolledBundles {
    private func readKeySet() -> KeySet? {
        do {
            guard
                let bytes = try WholeFile.readIfPresent(shelf.keySet, bytesMax: KeySet.bytesMax)
            else { return nil }
            return try KeySet.verify(bytes, rootKey: rootKey)
        } catch {
            keeper.alerts.raise(
                .keySetRefused,
                "the kept key set cannot be used",
                ["problem": "\(error)"]
            )
            return nil
        }
    }

    /// The bytes of a file of the state folder; nil if it is not there or cannot be read.
    private func bytes(_ path: String) -> [UInt8]? {
        do {
            return try shelf.bundle(path)
        } catch {
            keeper.refuse(error, path)
            return nil
        }
    }

    /// A bundle of the state folder; nil if there is none that may be served.
    private func read(_ path: String) -> HeldBundle? {
        bytes(path).flatMap { verified($0, path) }
    }

    /// A bundle, verified with the newest key set and compiled; nil if it may not be served.
    private func verified(_ bytes: [UInt8], _ origin: String) -> HeldBundle? {
        do {
            guard let keySet else { throw EnrolmentProblem.noKeySet }
            let source = try SignedBundle.verify(bytes, keySet: keySet, at: nil)
            return HeldBundle(try keeper.compile(source), bytes)
        } catch {
            keeper.refuse(error, origin)
            return nil
        }
    }

    /// Whether the kept bundle is the highest one that was activated, or the one that came back
    /// when the highest was not confirmed.
    private func mayServe(_ kept: CompiledBundle, reverted: BundleOrder?) -> Bool {
        guard let highest = keeper.highest, kept.order < highest, reverted == nil else {
            return true
        }
        keeper.refuse(
            BundleRejection.notNewer(offered: kept.order, active: highest),
            shelf.lastKnownGood
        )
        return false
    }

    private func isExpired(_ bundle: CompiledBundle) -> Bool {
        bundle.confirmBy.map { $0 <= SnapshotKeeper.wallSeconds() } ?? false
    }

    /// What was prepared before the start, if it may still come to be served.
    private func readPrepared() -> HeldBundle? {
        guard FileStamp(of: shelf.prepared) != nil else { return nil }
        if let held = read(shelf.prepared), keeper.highest.map({ held.bundle.order > $0 }) ?? true {
            return held
        }
        folder.remove(shelf.prepared)
        return nil
    }
}

/// A bundle that can be served, and written once more.
private struct HeldBundle {
    let bundle: CompiledBundle
    let bytes: [UInt8]

    init(_ bundle: CompiledBundle, _ bytes: [UInt8]) {
        self.bundle = bundle
        self.bytes = bytes
    }
}

/// Why a bundle of the policy service is not taken, besides what every bundle is refused for.
enum EnrolmentProblem: Error, CustomStringConvertible {
    case noKeySet
    case notAnnounced(BundleOrder)

    var description: String {
        switch self {
        case .noKeySet: "no key set is kept here, so no bundle can be believed"
        case .notAnnounced(let order):
            "the bundle is \(order), or has a content, that the policy service did not announce"
        }
    }
}

extension CompiledBundle {
    /// The bundle as the policy service names it.
    var reference: BundleReference {
        BundleReference(epoch: order.epoch, serial: order.serial, revision: revision)
    }
}
