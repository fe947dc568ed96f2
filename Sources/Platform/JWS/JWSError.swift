// Why a signed text or a key was refused. One small enum for the layer, so that tokens and
// bundles can each map it to reasons of their own without looking at message texts.

/// Why a JWS (RFC 7515) or a JWK (RFC 7517) was refused.
public enum JWSError: Error, Equatable, Sendable {
    /// The text is longer than the caller's limit.
    case tooLarge
    /// The text is not three parts, of which none may be empty, joined by two dots.
    case malformedCompact
    /// A part is not the one valid unpadded base64url spelling of its bytes.
    case malformedBase64
    /// The protected header is not one strict JSON object.
    case malformedHeader
    /// `alg` is missing or not text.
    case algorithmMissing
    /// `alg` is `none`, symmetric or otherwise not in ``SignatureAlgorithm``.
    case algorithmRefused
    /// `crit` or `b64` is present: we understand no critical extension (RFC 7515 4.1.11).
    case criticalHeaderRefused
    /// `jwk`, `jku`, `x5u` or `x5c` is present: a text never names the key to check it with.
    case embeddedKeyRefused
    /// `kid` or `typ` is not text, is empty, or is longer than 256 bytes.
    case headerMemberInvalid
    /// A member of a JWK is missing, has the wrong type or length, or is no point or modulus.
    case keyMalformed
    /// The key's type, curve, `use` or `key_ops` is none that we verify with.
    case keyTypeUnsupported
    /// An RSA modulus has less than 2048 or more than 8192 bits.
    case keySizeRefused
    /// An RSA modulus has the shape of CVE-2017-15361, whose primes can be found.
    case keyWeak
    /// A JWK for verification has private members, which nobody should have sent.
    case privateKeyRefused
    /// `alg` is not the algorithm of the key.
    case algorithmMismatch
    /// The signature is not the key's over this text.
    case signatureInvalid

    /// The stable snake_case name, for logs and error messages.
    public var code: String {
        switch self {
        case .tooLarge: "too_large"
        case .malformedCompact: "malformed_compact"
        case .malformedBase64: "malformed_base64"
        case .malformedHeader: "malformed_header"
        case .algorithmMissing: "algorithm_missing"
        case .algorithmRefused: "algorithm_refused"
        case .criticalHeaderRefused: "critical_header_refused"
        case .embeddedKeyRefused: "embedded_key_refused"
        case .headerMemberInvalid: "header_member_invalid"
        case .keyMalformed: "key_malformed"
        case .keyTypeUnsupported: "key_type_unsupported"
        case .keySizeRefused: "key_size_refused"
        case .keyWeak: "key_weak"
        case .privateKeyRefused: "private_key_refused"
        case .algorithmMismatch: "algorithm_mismatch"
        case .signatureInvalid: "signature_invalid"
        }
    }
}
