// The numbers of an RSA private key. The cryptographic library exports them only as the DER of
// PKCS #1, and a JWK wants them one by one.

/// The integers of an `RSAPrivateKey` structure (RFC 8017 appendix A.1.2), big-endian without
/// leading zeros.
struct RSAPrivateNumbers {
    /// `n`.
    let modulus: [UInt8]
    /// `e`.
    let publicExponent: [UInt8]
    /// `d`, `p`, `q`, `d mod (p-1)`, `d mod (q-1)`, `q^-1 mod p`.
    let privateNumbers: [[UInt8]]

    /// Reads the DER of a two-prime key, or returns nil.
    init?(der: [UInt8]) {
        var outer = der[...]
        guard var body = Self.takeElement(tag: 0x30, from: &outer), outer.isEmpty else {
            return nil
        }
        var numbers: [[UInt8]] = []
        while let number = Self.takeElement(tag: 0x02, from: &body) {
            numbers.append(Array(number.drop { $0 == 0 }))
        }
        // Version 0 (an empty number here), then the eight numbers, then nothing.
        guard numbers.count == 9, numbers[0].isEmpty, body.isEmpty else { return nil }
        modulus = numbers[1]
        publicExponent = numbers[2]
        privateNumbers = Array(numbers[3...])
    }

    /// Takes one element with a definite length off the front and returns its content.
    private static func takeElement(
        tag: UInt8,
        from rest: inout ArraySlice<UInt8>
    ) -> ArraySlice<UInt8>? {
        guard rest.popFirst() == tag, let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            length = 0
            for _ in 0..<(first & 0x7F) {
                guard let byte = rest.popFirst(), length < 1 << 16 else { return nil }
                length = length << 8 | Int(byte)
            }
        }
        guard length <= rest.count else { return nil }
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }
}
