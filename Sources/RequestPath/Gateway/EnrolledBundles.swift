// What an enrolled gateway does with bundles and key sets that were fetched: each step is on the
// disk before its result is known, so that a kill between any two leaves what a reconnect settles.

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
    private let rootKey: VerificationKey
    private let failpoints: Failpoints
    private(set) var keySet: KeySet?
    private var prepared: PreparedBundle?

    init(_ keeper: SnapshotKeeper, rootKey: VerificationKey, failpoints: Failpoints) {
        self.keeper = keeper
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
        if let kept = read(shelf.lastKnownGood), mayServe(kept, reverted: start.reverted) {
            noteHighest(kept.order)
            if isExpired(kept), goBack(kept.order) {
                start.reverted = kept.order
            } else {
                keeper.serve(kept, isLastKnownGood: true)
            }
        }
        prepared = readPrepared().map { PreparedBundle($0, unkept: nil) }
        start.active = standing
        start.prepared = prepared?.bundle.reference
        start.highest = keeper.highest
        return start
    }

    /// What is served, as the stream sees it.
    private var standing: StandingBundle? {
        keeper.active.map {
            StandingBundle(
                $0.reference,
                confirmBy: $0.confirmBy,
                hasEarlier: FileStamp(of: shelf.beforeConfirm) != nil
            )
        }
    }

    /// Verifies, compiles and keeps a bundle beside the active one.
    ///
    /// A disk that fails is no reason to refuse: it would keep a revocation out everywhere. The
    /// bundle is held in memory then; after a kill it is fetched again if it was decided.
    func prepare(_ reference: BundleReference, _ bytes: [UInt8]) -> StreamEvent {
        let compiled: CompiledBundle
        do {
            compiled = try compile(reference, bytes)
        } catch {
            return refused(reference, error)
        }
        failpoints.reach("prepare-compiled")
        let isKept = keeping { try shelf.keepPrepared(bytes) }
        failpoints.reach("prepare-kept")
        prepared = PreparedBundle(compiled, unkept: isKept ? nil : bytes)
        return .prepared(reference)
    }

    /// Makes the prepared bundle the active one.
    ///
    /// It is decided, so it is served even if the disk fails: the file that stays behind
    /// is asked about at the next start.
    func activatePrepared(_ reference: BundleReference) -> StreamEvent {
        guard let held = prepared, held.bundle.reference == reference else {
            return .preparedLost(reference)
        }
        let bundle = held.bundle
        prepared = nil
        failpoints.reach("activate-begun")
        keeping {
            try keepEarlier(than: bundle)
            if let bytes = held.unkept {
                try shelf.keep(bytes, bundle.order)
            } else {
                try shelf.promotePrepared()
                failpoints.reach("activate-renamed")
                try shelf.keepHighest(bundle.order)
            }
            try forgetEarlier(than: bundle)
        }
        failpoints.reach("activate-kept")
        return serve(bundle)
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
        keeping {
            try keepEarlier(than: bundle)
            try shelf.keep(bytes, bundle.order)
            try forgetEarlier(than: bundle)
        }
        failpoints.reach("adopt-kept")
        return serve(bundle)
    }

    /// Forgets what is prepared.
    func dropPrepared() {
        prepared = nil
        keeping { try WholeFile.remove(shelf.prepared) }
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
        keeping {
            try WholeFile.replace(shelf.lastHeard, with: Array("\(heard)\n".utf8), mode: 0o600)
        }
    }

    /// Verifies a key set and keeps it.
    func keep(keySet text: String) -> StreamEvent {
        let bytes = Array(text.utf8)
        do {
            let set = try KeySet.verify(bytes, rootKey: rootKey)
            try set.requireNotOlder(than: keySet)
            guard set != keySet else {
                return .keySetKept(version: set.version, preparedStands: true)
            }
            try WholeFile.replace(shelf.keySet, with: bytes, mode: 0o600)
            failpoints.reach("key-set-kept")
            keySet = set
            keeper.logger.notice("key set kept", metadata: ["key_set.version": "\(set.version)"])
            return .keySetKept(version: set.version, preparedStands: reviewBundles())
        } catch {
            let code = (error as? KeySetRejection)?.code ?? "key_set_not_kept"
            keeper.alerts.raise(
                .keySetRefused,
                "a key set was refused, the one at hand stays",
                ["key_set.rejection": code, "problem": "\(error)"]
            )
            return .keySetRefused(StreamRefusal(code: code, reason: "\(error)"))
        }
    }

    /// Verifies what is on the disk with a new key set.
    ///
    /// The active bundle stays for now even if its
    /// key went, because denying everything helps nobody before its successor comes; at the
    /// next start it will not be served.
    ///
    /// - Returns: whether what is prepared may stay.
    private func reviewBundles() -> Bool {
        if keeper.active != nil, let problem = rejection(shelf.lastKnownGood) {
            keeper.refuse(problem, shelf.lastKnownGood)
        }
        guard prepared != nil, rejection(shelf.prepared) != nil else { return true }
        prepared = nil
        return false
    }

    private func rejection(_ path: String) -> (any Error)? {
        do {
            guard let bytes = try shelf.bundle(path), let keySet else { return nil }
            _ = try SignedBundle.verify(bytes, keySet: keySet, at: nil)
            return nil
        } catch {
            return error
        }
    }

    private func serve(_ bundle: CompiledBundle) -> StreamEvent {
        keeper.serve(bundle, isLastKnownGood: false)
        keeper.awaitWorkers()
        failpoints.reach("activate-served")
        return .activated(
            StandingBundle(
                bundle.reference,
                confirmBy: bundle.confirmBy,
                hasEarlier: bundle.confirmBy != nil && FileStamp(of: shelf.beforeConfirm) != nil
            )
        )
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
    private func keepEarlier(than bundle: CompiledBundle) throws(FileError) {
        guard bundle.confirmBy != nil, let active = keeper.active, active.confirmBy == nil else {
            return
        }
        try shelf.keepBeforeConfirm()
    }

    /// After a bundle that stays: there is nothing to go back to.
    private func forgetEarlier(than bundle: CompiledBundle) throws(FileError) {
        if bundle.confirmBy == nil { try WholeFile.remove(shelf.beforeConfirm) }
    }

    /// Goes back to what was served before the bundle of `order`.
    private func goBack(_ order: BundleOrder) -> Bool {
        guard let earlier = read(shelf.beforeConfirm) else { return false }
        noteHighest(order)
        keeping {
            try shelf.keepReverted(order)
            failpoints.reach("revert-marked")
            try shelf.bringBack()
        }
        failpoints.reach("revert-kept")
        keeper.serve(earlier, isLastKnownGood: false)
        keeper.alerts.raise(
            .commitReverted,
            "a bundle was not confirmed in time, what was served before is served again",
            ["bundle.serial": "\(order.serial)", "bundle.reverted_to": "\(earlier.order.serial)"]
        )
        return true
    }

    /// Keeps the highest order if the disk does not say it yet: a kill between the files of an
    /// activation leaves it behind, and what was reverted would be taken again.
    private func noteHighest(_ order: BundleOrder) {
        if let highest = keeper.highest, highest >= order { return }
        keeper.highest = order
        keeping { try shelf.keepHighest(order) }
    }

    /// Does what has to be on the disk, and says if it is not there.
    ///
    /// - Returns: whether it is.
    @discardableResult
    private func keeping(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return true
        } catch {
            keeper.alerts.raise(
                .stateFailed,
                "the state folder cannot be written, so a restart may serve what is older",
                ["problem": "\(error)"]
            )
            return false
        }
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

    /// A bundle of the state folder, verified with the newest key set and compiled; nil if there
    /// is none that may be served.
    private func read(_ path: String) -> CompiledBundle? {
        do {
            guard let bytes = try shelf.bundle(path) else { return nil }
            guard let keySet else { throw EnrolmentProblem.noKeySet }
            return try keeper.compile(try SignedBundle.verify(bytes, keySet: keySet, at: nil))
        } catch {
            keeper.refuse(error, path)
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
    private func readPrepared() -> CompiledBundle? {
        guard FileStamp(of: shelf.prepared) != nil else { return nil }
        if let bundle = read(shelf.prepared), keeper.highest.map({ bundle.order > $0 }) ?? true {
            return bundle
        }
        keeping { try WholeFile.remove(shelf.prepared) }
        return nil
    }
}

/// A bundle that is ready to be activated.
private struct PreparedBundle {
    let bundle: CompiledBundle
    /// Its bytes, if the disk does not have them.
    let unkept: [UInt8]?

    init(_ bundle: CompiledBundle, unkept: [UInt8]?) {
        self.bundle = bundle
        self.unkept = unkept
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
