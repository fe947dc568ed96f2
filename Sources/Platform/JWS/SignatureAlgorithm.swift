// The closed list of algorithms. A list in one place is what keeps `none` and the symmetric
// algorithms out: there is no code that could be talked into them.

/// A signature algorithm that we verify (RFC 7518 section 3.1, RFC 8037 section 3.1).
public enum SignatureAlgorithm: String, Sendable, CaseIterable {
    /// ECDSA with P-256 and SHA-256; signatures are `r` and `s` side by side, 64 bytes.
    case es256 = "ES256"
    /// Ed25519; signatures are 64 bytes.
    case edDSA = "EdDSA"
    /// RSASSA-PKCS1-v1_5 with SHA-256; signatures are as long as the modulus.
    case rs256 = "RS256"
    /// RSASSA-PSS with SHA-256 and MGF1-SHA-256; signatures are as long as the modulus.
    case ps256 = "PS256"
}
