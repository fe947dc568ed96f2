// The content hash of a snapshot. Signer and gateway compute it with this code over the one
// spelling, so what one of them would understand differently makes the revisions differ.

import ClawgressBytes
import ClawgressJWS
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

/// The content hash of a snapshot's text, without writing it again.
///
/// For a canonical text it is what ``ClawgressModel/Snapshot/contentRevision()`` gives for what the text
/// says, at a tenth of the cost. For any other spelling it is another hash: such a text is refused.
enum TextRevision {
    /// Hashes `text` with the values of its place replaced as in the content.
    static func revision(of text: [UInt8], _ object: PlacedObject) -> String {
        var hash = SHA256()
        var next = 0
        for (place, member) in object.members.enumerated() {
            let (name, value) = (object.names[place], object.values[place])
            switch member.name {
            case "epoch", "serial", "issued_at":
                hash.update(data: text[next..<value.lowerBound])
                hash.update(data: [UInt8(ascii: "0")])
            case "revision":
                hash.update(data: text[next..<value.lowerBound])
                hash.update(data: Array("\"\"".utf8))
            case "confirm_by":
                // With the comma before it: there is a member before it in every canonical text.
                hash.update(data: text[next..<max(name.lowerBound - 1, next)])
            default: continue
            }
            next = value.upperBound
        }
        hash.update(data: text[next...])
        return "sha256:" + Hexadecimal.encode(hash.finalize())
    }
}
