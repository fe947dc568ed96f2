// A snapshot's JSON read back, refused in the words of a bundle.

import ClawgressJWS
public import ClawgressModel
import ClawgressSnapshotText

/// Reads the JSON of a snapshot; proves nothing about who wrote it.
public enum SnapshotReader {
    /// Reads `bytes` as a snapshot of the one known format.
    ///
    /// - Throws: `BundleRejection.formatUnknown` or `BundleRejection.contentMalformed`.
    public static func read(_ bytes: [UInt8]) throws(BundleRejection) -> Snapshot {
        try readPlaced(bytes).0
    }

    /// Reads a snapshot as ``read(_:)`` does, and notes where the parts of its text stand.
    static func readPlaced(
        _ bytes: [UInt8]
    ) throws(BundleRejection) -> (Snapshot, PlacedObject) {
        let object: PlacedObject
        do throws(JSONError) {
            object = try StrictJSON.readObject(bytes.span)
        } catch {
            throw .contentMalformed("it is not valid json")
        }
        do throws(SnapshotTextError) {
            return (try SnapshotText.read(.object(object.members)), object)
        } catch {
            throw BundleRejection(error)
        }
    }
}

extension BundleRejection {
    fileprivate init(_ error: SnapshotTextError) {
        switch error {
        case .formatUnknown(let format): self = .formatUnknown(format)
        case .malformed(let problem): self = .contentMalformed(problem)
        }
    }
}
