// A bundle is taken whole, from a key that is trusted, and unchanged; or not at all.

import ClawgressBundle
import ClawgressBytes
import ClawgressJWS
import ClawgressModel
import Crypto
import FuzzShared

enum BundleCheck {
    private static let header =
        #"{"alg":"EdDSA","kid":"publisher","typ":"clawgress-bundle+jws"}"#

    private static let trusted: [VerificationKey] =
        (try? [VerificationKey(ed25519: [UInt8](repeating: 5, count: 32), keyID: "publisher")])
        ?? []

    /// Takes bytes as anybody could have written them.
    static func check(_ bytes: [UInt8]) {
        guard let snapshot = taken(bytes) else { return }
        SnapshotCheck.check(snapshot)
        require(
            snapshot.contentRevision() == snapshot.revision,
            "a snapshot whose revision is not its content's"
        )
        require(snapshot.order >= BundleOrder(epoch: 0, serial: 0), "an order below zero")
    }

    /// Signs a snapshot, and then damages the bundle.
    static func checkSigned(_ source: Snapshot) {
        var snapshot = source
        snapshot.revision = snapshot.contentRevision()
        let payload = snapshot.canonicalJSON()
        let bundle = text([Array(header.utf8), payload, DoubleSignature.good])
        require(taken(bundle) == snapshot, "a signed snapshot comes back as another one")
        require(taken(bundle + [10]) == snapshot, "one line feed at the end is one too many")
        for cut in cutPoints(of: bundle) where cut < bundle.count {
            require(taken(Array(bundle[..<cut])) == nil, "half a snapshot was taken")
        }
        checkRefusals(snapshot, payload)
    }

    private static func checkRefusals(_ snapshot: Snapshot, _ payload: [UInt8]) {
        let forged = text([Array(header.utf8), payload, [0] + DoubleSignature.good.dropFirst()])
        require(rejection(forged) == .signatureInvalid, "a forged bundle was taken")
        var renamed = snapshot
        renamed.revision = "sha256:"
        let other = text([Array(header.utf8), renamed.canonicalJSON(), DoubleSignature.good])
        let stated = rejection(other)
        guard case .revisionMismatch = stated else {
            return require(false, "a bundle with another revision: \(String(describing: stated))")
        }
    }

    private static func text(_ parts: [[UInt8]]) -> [UInt8] {
        Array(parts.map { Base64.encode($0, .urlSafe) }.joined(separator: ".").utf8)
    }

    private static func taken(_ bytes: [UInt8]) -> Snapshot? {
        try? SignedBundle.verify(bytes, trustedKeys: trusted)
    }

    private static func rejection(_ bytes: [UInt8]) -> BundleRejection? {
        do throws(BundleRejection) {
            _ = try SignedBundle.verify(bytes, trustedKeys: trusted)
            return nil
        } catch {
            require(!error.code.isEmpty && !error.description.isEmpty, "refused without a reason")
            return error
        }
    }
}
