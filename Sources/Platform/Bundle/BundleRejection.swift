// Why a bundle was not taken. A gateway keeps what it has and says one of these, so each case
// has a word for metrics and a sentence for whoever published the bundle.

public import ClawgressJWS

/// Why a signed bundle was refused.
public enum BundleRejection: Error, Equatable, Sendable {
    /// The text is longer than ``SignedBundle/bytesMax``.
    case tooLarge(bytes: Int)
    /// The text is no compact JWS, or its header is refused.
    case malformed(JWSError)
    /// The header's `typ` is not ``SignedBundle/mediaType``: a text that was signed for
    /// something else, such as a token.
    case wrongType(String?)
    /// Bundles are signed with Ed25519 and nothing else.
    case algorithmRefused(String)
    /// The header names no key, or none of the trusted ones.
    case keyUnknown(String?)
    /// The key is one of the key set, but its time has not begun or is over.
    case keyNotValid(String)
    /// The signature is not the named key's over this text.
    case signatureInvalid
    /// The payload is no snapshot; the text says where it stops being one.
    case contentMalformed(String)
    /// The payload is a snapshot of a format that this version does not know.
    case formatUnknown(String)
    /// `revision` is not the digest of the content.
    case revisionMismatch(stated: String, actual: String)
    /// The root key has not raised the epoch so far.
    case epochNotAllowed(offered: Int64, allowed: Int64)
    /// The bundle is not higher than the one that was activated before.
    case notNewer(offered: BundleOrder, active: BundleOrder)

    /// The stable snake_case name, for logs, metrics and `/status`.
    public var code: String {
        switch self {
        case .tooLarge: "bundle_too_large"
        case .malformed: "bundle_malformed"
        case .wrongType: "bundle_wrong_type"
        case .algorithmRefused: "bundle_algorithm_refused"
        case .keyUnknown: "bundle_key_unknown"
        case .keyNotValid: "bundle_key_not_valid"
        case .signatureInvalid: "bundle_signature_invalid"
        case .contentMalformed: "bundle_content_malformed"
        case .formatUnknown: "bundle_format_unknown"
        case .revisionMismatch: "bundle_revision_mismatch"
        case .epochNotAllowed: "bundle_epoch_not_allowed"
        case .notNewer: "bundle_not_newer"
        }
    }
}

extension BundleRejection: CustomStringConvertible {
    /// One line for an operator: what is wrong, with the bundle's own words in backticks.
    public var description: String {
        switch self {
        case .tooLarge(let bytes):
            "the bundle has \(bytes) bytes, more than the limit of \(SignedBundle.bytesMax)"
        case .malformed(let error):
            "the bundle is no valid compact JWS (`\(error.code)`)"
        case .wrongType(let type):
            "the signed text has the type `\(type ?? "")`, not `\(SignedBundle.mediaType)`"
        case .algorithmRefused(let name):
            "the bundle is signed with `\(name)`, only `EdDSA` is accepted"
        case .keyUnknown(nil):
            "the bundle does not name the key that signed it"
        case .keyUnknown(let name?):
            "the bundle is signed by the key `\(name)`, which is not trusted here"
        case .keyNotValid(let name):
            "the bundle is signed by the key `\(name)`, which may not sign at this time"
        case .signatureInvalid:
            "the bundle's signature is invalid: it was changed after it was signed"
        case .contentMalformed(let problem):
            "the bundle's content is malformed: \(problem)"
        case .formatUnknown(let format):
            "the bundle has the format `\(format)`, which this version does not know"
        case .revisionMismatch(let stated, let actual):
            "the bundle states the revision `\(stated)`, but its content is `\(actual)`"
        case .epochNotAllowed(let offered, let allowed):
            "the bundle is of epoch \(offered), and the key set allows epochs up to \(allowed)"
        case .notNewer(let offered, let active):
            "the bundle is \(offered), which is not higher than \(active)"
        }
    }
}
