// The one spelling of a snapshot, and its content hash. Signer and gateway compute both with
// this code, so a member that one of them would ignore makes the revisions differ.

import ClawgressBytes
public import ClawgressModel
import Crypto
import FoundationEssentials

extension Snapshot {
    /// The snapshot's place in the sequence of publications.
    public var order: BundleOrder { BundleOrder(epoch: epoch, serial: serial) }

    /// The snapshot as canonical JSON: members sorted, no white space, no escaped slashes.
    ///
    /// - Throws: `BundleRejection.contentMalformed` if it cannot be written as JSON.
    public func canonicalJSON() throws(BundleRejection) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self))
        } catch {
            throw .contentMalformed("it cannot be written as json")
        }
    }

    /// `sha256:` and the digest of the canonical JSON with epoch, serial, revision and time
    /// zeroed: two snapshots have the same one exactly if they say the same.
    ///
    /// - Throws: `BundleRejection.contentMalformed` if it cannot be written as JSON.
    public func contentRevision() throws(BundleRejection) -> String {
        var content = self
        content.epoch = 0
        content.serial = 0
        content.revision = ""
        content.issuedAt = 0
        return "sha256:" + Hexadecimal.encode(SHA256.hash(data: try content.canonicalJSON()))
    }
}
