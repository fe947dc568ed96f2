// Why a key set was not taken; what was believed before stays.

public import ClawgressJWS

/// Why a signed key set was refused.
public enum KeySetRejection: Error, Equatable, Sendable {
    /// The text is longer than ``KeySet/bytesMax``.
    case tooLarge(bytes: Int)
    /// The text is no compact JWS, or its header is refused.
    case malformed(JWSError)
    /// The header's `typ` is not ``KeySet/mediaType``.
    case wrongType(String?)
    /// Key sets are signed with Ed25519 and nothing else.
    case algorithmRefused(String)
    /// The header does not name the root key.
    case keyUnknown(String?)
    /// The signature is not the root key's over this text.
    case signatureInvalid
    /// The payload is a key set of a format that this version does not know.
    case formatUnknown(String)
    /// The payload is no key set; the text says why.
    case contentMalformed(String)
    /// A newer set was kept before.
    case older(offered: Int64, held: Int64)
    /// The set differs from the one of the same version that was kept before.
    case versionReused(Int64)

    /// The stable snake_case name, for logs, metrics and `/status`.
    public var code: String {
        switch self {
        case .tooLarge: "key_set_too_large"
        case .malformed: "key_set_malformed"
        case .wrongType: "key_set_wrong_type"
        case .algorithmRefused: "key_set_algorithm_refused"
        case .keyUnknown: "key_set_key_unknown"
        case .signatureInvalid: "key_set_signature_invalid"
        case .formatUnknown: "key_set_format_unknown"
        case .contentMalformed: "key_set_content_malformed"
        case .older: "key_set_older"
        case .versionReused: "key_set_version_reused"
        }
    }
}

extension KeySetRejection: CustomStringConvertible {
    /// One line for an operator: what is wrong, with the set's own words in backticks.
    public var description: String {
        switch self {
        case .tooLarge(let bytes):
            "the key set has \(bytes) bytes, more than the limit of \(KeySet.bytesMax)"
        case .malformed(let error): "the key set is no valid compact JWS (`\(error.code)`)"
        case .wrongType(let type):
            "the signed text has the type `\(type ?? "")`, not `\(KeySet.mediaType)`"
        case .algorithmRefused(let name):
            "the key set or the root key uses `\(name)`, only `EdDSA` is accepted"
        case .keyUnknown(let name):
            "the key set is signed by `\(name ?? "")`, which is not the root key"
        case .signatureInvalid:
            "the key set's signature is invalid: it was changed after it was signed"
        case .formatUnknown(let format):
            "the key set has the format `\(format)`, which this version does not know"
        case .contentMalformed(let problem): "the key set's content is malformed: \(problem)"
        case .older(let offered, let held):
            "the key set is version \(offered), and version \(held) was kept before"
        case .versionReused(let version):
            "the key set is another one of version \(version), which was kept before"
        }
    }
}
