// A stand-alone gateway: bundles appear in a folder, signed by a key of the configuration.

import ClawgressBundle
import ClawgressBytes
import ClawgressJWS
import ClawgressModel

/// Watches a folder for bundles.
///
/// Lives on one thread.
final class FolderBundles {
    private let keeper: SnapshotKeeper
    private let trustedKeys: [VerificationKey]
    /// `bundle.jws` appears here.
    private let incoming: String
    private var seen: FileStamp?

    init(_ keeper: SnapshotKeeper, folder: String, trustedKeys: [VerificationKey]) {
        self.keeper = keeper
        self.trustedKeys = trustedKeys
        incoming = folder + "/bundle.jws"
    }

    /// Activates what a gateway that starts should serve: the bundle in the folder if it may be
    /// taken, else the last-known-good one.
    ///
    /// In this order, so that nobody is served for a moment by what was replaced meanwhile.
    func begin() {
        let kept = lastKnownGood()
        if let kept { keeper.highest = kept.source.order }
        seen = FileStamp(of: incoming)
        let found: Found = seen == nil ? .refused : take(kept)
        guard found != .activated, let kept else { return }
        do {
            keeper.serve(try keeper.compile(kept.source), isLastKnownGood: true)
        } catch {
            keeper.refuse(error, keeper.shelf.lastKnownGood)
            return
        }
        guard found == .refused else { return }
        keeper.alerts.raise(
            .lastKnownGood,
            "the bundle folder has no bundle that may be served, the last-known-good one is",
            ["bundle.serial": "\(kept.source.order.serial)"]
        )
    }

    /// Looks whether a new bundle has appeared, and takes it.
    func poll() {
        guard let stamp = FileStamp(of: incoming), stamp != seen else { return }
        seen = stamp
        // The bundle that is served from the state folder anyhow: nothing is missing any more.
        if take(nil) == .known { keeper.alerts.end(.lastKnownGood) }
    }

    /// What a look at the folder came to.
    private enum Found {
        /// A newer bundle, which is served now.
        case activated
        /// The one that is served, or is about to be.
        case known
        /// None that may be served.
        case refused
    }

    /// Takes the bundle in the folder if it is newer.
    ///
    /// - Parameter known: the last-known-good bundle while it is not served yet.
    private func take(_ known: (bytes: [UInt8], source: Snapshot)?) -> Found {
        do {
            let bytes = try WholeFile.read(incoming, bytesMax: SignedBundle.bytesMax)
            if bytes == known?.bytes { return .known }
            let source = try SignedBundle.verify(bytes, trustedKeys: trustedKeys)
            let present = known?.source.revision ?? keeper.active?.revision
            if source.order == keeper.highest, source.revision == present { return .known }
            if known == nil {
                try keeper.requireNewer(source)
            } else {
                try source.order.requireHigher(than: keeper.highest)
            }
            let compiled = try keeper.compile(source)
            try WholeFile.replaceAll(keeper.shelf.kept(bytes, source.order), mode: 0o600)
            keeper.serve(compiled, isLastKnownGood: false)
            return .activated
        } catch {
            keeper.refuse(error, incoming)
            return .refused
        }
    }

    /// The last-known-good bundle, verified with the keys that are trusted now; nil if there is
    /// none that may be served.
    private func lastKnownGood() -> (bytes: [UInt8], source: Snapshot)? {
        let shelf = keeper.shelf
        do {
            guard let bytes = try shelf.bundle(shelf.lastKnownGood) else { return nil }
            let source = try SignedBundle.verify(bytes, trustedKeys: trustedKeys)
            if let highest = keeper.highest, source.order < highest {
                try source.order.requireHigher(than: highest)
            }
            return (bytes, source)
        } catch {
            keeper.refuse(error, shelf.lastKnownGood)
            return nil
        }
    }
}
