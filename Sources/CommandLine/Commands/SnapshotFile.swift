// Offline commands take what an operator has at hand: a source, a built bundle or a signed one.

import ClawgressBundle
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressJWS
import ClawgressModel

/// A snapshot read from a file or folder, and how far it can be trusted.
struct SnapshotFile {
    /// What it was read from.
    enum Origin {
        case source
        case built
        case signed(keyID: String?)
    }

    let snapshot: Snapshot
    let origin: Origin
    /// What the source's author should look at.
    let warnings: [String]

    /// Reads a source folder, `clawgress.yaml`, `bundle.json` or `bundle.jws`.
    ///
    /// Signatures are not checked: that is what `bundle verify` is for.
    static func load(_ path: String, now: Int64) throws -> SnapshotFile {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try WholeFile.read(path, bytesMax: SignedBundle.bytesMax)
        } catch {
            guard error.isFolder else { throw error }
            return try loadSource(path, now: now)
        }
        switch bytes.first {
        case UInt8(ascii: "{"):
            return SnapshotFile(
                snapshot: try SnapshotReader.read(bytes),
                origin: .built,
                warnings: []
            )
        case UInt8(ascii: "e") where !bytes.contains(UInt8(ascii: ":")):
            return try loadSigned(bytes)
        default:
            return try loadSource(path, now: now)
        }
    }

    private static func loadSource(_ path: String, now: Int64) throws -> SnapshotFile {
        let source = try BundleSource.load(path, now: now)
        return SnapshotFile(
            snapshot: source.snapshot,
            origin: .source,
            warnings: source.warnings
        )
    }

    private static func loadSigned(_ bytes: [UInt8]) throws -> SnapshotFile {
        let end = bytes.last == UInt8(ascii: "\n") ? bytes.count - 1 : bytes.count
        let text: CompactJWS
        do throws(JWSError) {
            text = try CompactJWS(
                parsing: bytes.span.extracting(0..<end),
                bytesMax: SignedBundle.bytesMax
            )
        } catch {
            throw BundleRejection.malformed(error)
        }
        return SnapshotFile(
            snapshot: try SnapshotReader.read(text.payload),
            origin: .signed(keyID: text.header.keyID),
            warnings: []
        )
    }
}
