// A snapshot's JSON read back, refused in the words of a bundle.

public import ClawgressModel
import ClawgressSnapshotText

/// Reads the JSON of a snapshot; proves nothing about who wrote it.
public enum SnapshotReader {
    /// Reads `bytes` as a snapshot of the one known format.
    ///
    /// - Throws: `BundleRejection.formatUnknown` or `BundleRejection.contentMalformed`.
    public static func read(_ bytes: [UInt8]) throws(BundleRejection) -> Snapshot {
        do throws(SnapshotTextError) {
            return try SnapshotText.read(bytes.span)
        } catch {
            switch error {
            case .formatUnknown(let format): throw .formatUnknown(format)
            case .malformed(let problem): throw .contentMalformed(problem)
            }
        }
    }
}
