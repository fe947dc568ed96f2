// The one place where a snapshot becomes a bundle. Only this process and the policy service sign;
// gateways link no code of this module.

public import ClawgressBundle
import ClawgressJWS
public import ClawgressJWSSigning
public import ClawgressModel

/// Why a snapshot could not be signed.
public enum BundleSigningError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Bundles are signed with Ed25519 keys only.
    case keyNotEdDSA
    /// The snapshot makes no bundle that a gateway would take.
    case rejected(BundleRejection)
    /// The key refused.
    case signing(SigningError)

    /// One line.
    public var description: String {
        switch self {
        case .keyNotEdDSA: "bundles are signed with Ed25519 keys only"
        case .rejected(let rejection): rejection.description
        case .signing(let error): "signing failed (`\(error.code)`)"
        }
    }
}

/// Signs snapshots.
public enum BundleSigner {
    /// Fills place, time and revision of `snapshot`.
    public static func stamp(
        _ snapshot: Snapshot,
        as order: BundleOrder,
        issuedAt: Int64
    ) -> Snapshot {
        var stamped = snapshot
        stamped.epoch = order.epoch
        stamped.serial = order.serial
        stamped.issuedAt = issuedAt
        stamped.revision = stamped.contentRevision()
        return stamped
    }

    /// Signs a stamped snapshot and returns the bundle, verified once more as a gateway will.
    ///
    /// - Throws: `BundleSigningError`.
    public static func sign(
        _ snapshot: Snapshot,
        with key: SigningKey
    ) throws(BundleSigningError) -> [UInt8] {
        guard key.algorithm == .edDSA else { throw .keyNotEdDSA }
        let bundle: [UInt8]
        do throws(SigningError) {
            let type = JSONMember("typ", .string(SignedBundle.mediaType))
            let text = try key.sign(header: [type], payload: snapshot.canonicalJSON())
            bundle = Array(text.utf8)
        } catch {
            throw .signing(error)
        }
        do throws(BundleRejection) {
            _ = try SignedBundle.verify(bundle, trustedKeys: [key.verificationKey])
        } catch {
            throw .rejected(error)
        }
        return bundle
    }
}
