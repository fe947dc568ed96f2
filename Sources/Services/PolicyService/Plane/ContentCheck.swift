// The heavy part of a publication, off the actor: large fleets take tenths of a second here, and
// gateways are pinged meanwhile.

import ClawgressBundle
import ClawgressBundleSigning
import ClawgressContract
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressModel
import ClawgressSnapshotCheck

/// Checking and signing content.
enum ContentCheck {
    /// Refuses content that gateways would not take, or that is not what its sender means.
    ///
    /// - Throws: `Problem`: `content_refused`, `revision_mismatch`.
    static func check(
        _ snapshot: Snapshot,
        revision: String,
        now: Int64
    ) async throws(Problem) {
        // On another processor: each of the two takes tenths of a second of a large fleet.
        let compiling = Task { refusal(of: snapshot, now: now) }
        let actual = snapshot.contentRevision()
        guard actual == revision else { throw .revisionMismatch(stated: revision, actual: actual) }
        if let problems = await compiling.value { throw .contentRefused(problems) }
    }

    private static func refusal(of snapshot: Snapshot, now: Int64) -> [String]? {
        do throws(SnapshotRefusal) {
            _ = try SnapshotCheck.warnings(of: snapshot, now: now)
            return nil
        } catch {
            return error.problems
        }
    }

    /// Gives content its place and signs it; its revision is the one that was checked.
    ///
    /// - Throws: `Problem`: `content_refused` for content that makes no bundle.
    static func sign(
        _ snapshot: Snapshot,
        as bundle: BundleReference,
        issuedAt: Int64,
        confirmBy: Int64?,
        with key: SigningKey
    ) async throws(Problem) -> [UInt8] {
        var content = snapshot
        content.epoch = bundle.epoch
        content.serial = bundle.serial
        content.revision = bundle.revision
        content.issuedAt = issuedAt
        content.confirmBy = confirmBy
        do throws(BundleSigningError) {
            return try BundleSigner.sign(content, with: key)
        } catch {
            throw .contentRefused(["\(error)"])
        }
    }

    /// Reads the content of a bundle of our own.
    ///
    /// - Throws: `Problem`: `content_refused` if this version cannot read it any more.
    static func content(of jws: [UInt8]) async throws(Problem) -> Snapshot {
        do {
            let text = try CompactJWS(parsing: jws.span, bytesMax: SignedBundle.bytesMax)
            return try SnapshotReader.read(text.payload)
        } catch {
            throw .contentRefused(["\(error)"])
        }
    }
}
