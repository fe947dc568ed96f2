// Where the offline root key says which keys may sign bundles. It needs nothing but the root key
// and the set, so it can run on a machine without a network.

public import ClawgressBundle
import ClawgressJWS
public import ClawgressJWSSigning

/// Why a key set could not be signed.
public enum KeySetSigningError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The set makes no text that a gateway would take.
    case rejected(KeySetRejection)
    /// The key refused.
    case signing(SigningError)

    /// One line.
    public var description: String {
        switch self {
        case .rejected(let rejection): rejection.description
        case .signing(let error): "signing failed (`\(error.code)`)"
        }
    }
}

/// Signs key sets.
public enum KeySetSigner {
    /// Signs a set and returns the compact JWS, verified once more as a gateway will.
    ///
    /// - Parameter rootKey: an Ed25519 key that is no key of the set.
    /// - Throws: `KeySetSigningError`.
    public static func sign(
        _ keySet: KeySet,
        with rootKey: SigningKey
    ) throws(KeySetSigningError) -> [UInt8] {
        let signed: [UInt8]
        do throws(SigningError) {
            let type = JSONMember("typ", .string(KeySet.mediaType))
            let payload = Array(keySet.json.jsonText.utf8)
            signed = Array(try rootKey.sign(header: [type], payload: payload).utf8)
        } catch {
            throw .signing(error)
        }
        do throws(KeySetRejection) {
            _ = try KeySet.verify(signed, rootKey: rootKey.verificationKey)
        } catch {
            throw .rejected(error)
        }
        return signed
    }
}
