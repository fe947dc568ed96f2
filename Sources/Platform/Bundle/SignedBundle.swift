// From bytes that anyone may have written to a snapshot that may be obeyed. The gateway links
// this module and not the one that signs.

import ClawgressBytes
public import ClawgressJWS
public import ClawgressModel

/// Verifies signed bundles: a compact JWS (RFC 7515, RFC 8037) over a snapshot's JSON.
///
///     let snapshot = try SignedBundle.verify(bytes, trustedKeys: keys)
///     try snapshot.order.requireHigher(than: highestActivated)
public enum SignedBundle {
    /// The `typ` of the header, so that no other text of the same signer passes as a bundle.
    public static var mediaType: String { "clawgress-bundle+jws" }

    /// The greatest accepted length of a signed bundle, in bytes.
    public static var bytesMax: Int { 64 << 20 }

    /// Verifies `bytes` and returns the snapshot that was signed.
    ///
    /// In this order: length, form, type, algorithm, key, signature, format, content, revision.
    /// Nothing of the payload is read before the signature was found good. The revision is that of
    /// the text, so only the canonical spelling of a snapshot is taken. Whether the snapshot
    /// is newer is for ``BundleOrder/requireHigher(than:)``, because only the caller knows what
    /// was active.
    ///
    /// - Parameters:
    ///   - bytes: the file's content; one line feed at its end is allowed.
    ///   - trustedKeys: the keys that may sign bundles.
    /// - Throws: `BundleRejection` with the first problem.
    public static func verify(
        _ bytes: [UInt8],
        trustedKeys: [VerificationKey]
    ) throws(BundleRejection) -> Snapshot {
        try verify(bytes) { keyID throws(BundleRejection) in
            guard let key = trustedKeys.first(where: { $0.keyID == keyID }) else {
                throw .keyUnknown(keyID)
            }
            return key
        }
    }

    /// Verifies `bytes` as ``verify(_:trustedKeys:)`` does, with the keys of a set, and that the
    /// set allows the bundle's epoch.
    ///
    /// - Parameters:
    ///   - bytes: the bundle; one line feed at its end is allowed.
    ///   - keySet: the newest set.
    ///   - now: seconds since 1970 UTC, at which the key must be valid; nil for a bundle that was
    ///     taken before, whose key must still be in the set and may have reached its end.
    /// - Throws: `BundleRejection` with the first problem.
    public static func verify(
        _ bytes: [UInt8],
        keySet: KeySet,
        at now: Int64?
    ) throws(BundleRejection) -> Snapshot {
        let snapshot = try verify(bytes) { keyID throws(BundleRejection) in
            guard let entry = keySet.entry(keyID) else { throw .keyUnknown(keyID) }
            if let now, !entry.isValid(at: now) { throw .keyNotValid(entry.key.keyID) }
            return entry.key
        }
        guard snapshot.epoch <= keySet.epoch else {
            throw .epochNotAllowed(offered: snapshot.epoch, allowed: keySet.epoch)
        }
        return snapshot
    }

    private static func verify(
        _ bytes: [UInt8],
        key named: (String?) throws(BundleRejection) -> VerificationKey
    ) throws(BundleRejection) -> Snapshot {
        guard bytes.count <= bytesMax else { throw .tooLarge(bytes: bytes.count) }
        let text = try parse(bytes)
        guard text.header.type == mediaType else { throw .wrongType(text.header.type) }
        guard text.header.algorithm == .edDSA else {
            throw .algorithmRefused(text.header.algorithm.rawValue)
        }
        let key = try named(text.header.keyID)
        do throws(JWSError) {
            try text.verify(with: key)
        } catch {
            throw .signatureInvalid
        }
        let (snapshot, object) = try SnapshotReader.readPlaced(text.payload)
        let actual = TextRevision.revision(of: text.payload, object)
        guard snapshot.revision == actual else {
            throw .revisionMismatch(stated: snapshot.revision, actual: actual)
        }
        return snapshot
    }

    private static func parse(_ bytes: [UInt8]) throws(BundleRejection) -> CompactJWS {
        let end = bytes.last == UInt8(ascii: "\n") ? bytes.count - 1 : bytes.count
        do throws(JWSError) {
            return try CompactJWS(parsing: bytes.span.extracting(0..<end), bytesMax: bytesMax)
        } catch {
            throw .malformed(error)
        }
    }
}
