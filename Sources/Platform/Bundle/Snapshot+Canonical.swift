// The content hash of a snapshot. Signer and gateway compute it with this code over the one
// spelling, so what one of them would understand differently makes the revisions differ.

import ClawgressBytes
public import ClawgressModel
import ClawgressSnapshotText
import Crypto

extension Snapshot {
    /// The snapshot's place in the sequence of publications.
    public var order: BundleOrder { BundleOrder(epoch: epoch, serial: serial) }

    /// The snapshot as canonical JSON: members sorted, no white space, no escaped slashes.
    public func canonicalJSON() -> [UInt8] { SnapshotText.write(self) }

    /// `sha256:` and the digest of the canonical JSON with epoch, serial, revision and time
    /// zeroed and without `confirm_by`: two snapshots have the same one exactly if they say the
    /// same and come from the same configuration.
    public func contentRevision() -> String {
        var content = self
        content.epoch = 0
        content.serial = 0
        content.revision = ""
        content.issuedAt = 0
        content.confirmBy = nil
        return "sha256:" + Hexadecimal.encode(SHA256.hash(data: content.canonicalJSON()))
    }
}
