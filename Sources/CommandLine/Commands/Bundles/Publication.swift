// What `bundle sign` and `bundle publish` share: the next place in the sequence, the signature,
// and the one step that a watching gateway sees.

import ClawgressBundle
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressJWSSigning
import ClawgressModel
import ClawgressSnapshotCheck

/// Signs a snapshot and puts the bundle where gateways read it.
struct Publication {
    let key: SigningKey
    /// The bundle's file; an older bundle there gives the serial.
    let output: String

    /// The place after the bundle at the output.
    ///
    /// - Parameters:
    ///   - epoch: the epoch to use; the older bundle's, or 1, if nil.
    ///   - serial: the serial to use; one more than the older bundle's, or 1, if nil.
    func nextOrder(epoch: Int64?, serial: Int64?) throws -> BundleOrder {
        if let epoch, let serial { return BundleOrder(epoch: epoch, serial: serial) }
        let before = try previousOrder()
        let newEpoch = epoch ?? before?.epoch ?? 1
        // A raised epoch begins to count anew.
        let last = before.flatMap { $0.epoch == newEpoch ? $0.serial : nil } ?? 0
        return BundleOrder(epoch: newEpoch, serial: serial ?? last + 1)
    }

    /// Stamps, checks, signs and writes the snapshot; returns it as it was signed.
    func publish(
        _ snapshot: Snapshot,
        as order: BundleOrder,
        now: Int64
    ) throws -> Snapshot {
        _ = try SnapshotCheck.warnings(of: snapshot, now: now)
        let stamped = BundleSigner.stamp(snapshot, as: order, issuedAt: now)
        try WholeFile.replace(output, with: try BundleSigner.sign(stamped, with: key))
        return stamped
    }

    private func previousOrder() throws -> BundleOrder? {
        guard let bytes = try WholeFile.readIfPresent(output, bytesMax: SignedBundle.bytesMax)
        else { return nil }
        do throws(BundleRejection) {
            return try SignedBundle.verify(bytes, trustedKeys: [key.verificationKey]).order
        } catch {
            throw CommandFailure(
                .data,
                "cannot tell the next serial: `\(output)`: \(error); give --epoch and --serial"
            )
        }
    }
}
