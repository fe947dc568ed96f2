// API keys: how they look, how they are made, and what is kept of them.

import ClawgressBytes
public import ClawgressModel

/// An API key in the clear: `cgk_<key id>_<secret>`.
///
/// The key id is public: 12 characters of `a`–`z` and `0`–`9`. The secret is 32 characters of a
/// 32-letter alphabet (the digits and lower-case letters without `i`, `l`, `o`, `u`, which are
/// misread), each a random choice: 160 bits. The whole is 49 characters that need no escaping
/// in URLs, shells and headers, and the prefix lets secret scanners find leaked keys.
///
/// The value exists where a key is made and shown once; it prints without its secret.
public struct APIKey: Sendable, CustomStringConvertible {
    /// What every key begins with.
    public static var prefix: StaticString { "cgk_" }
    static var keyIDLength: Int { 12 }
    static var secretLength: Int { 32 }
    static var length: Int { 4 + keyIDLength + 1 + secretLength }

    /// The public name.
    public let keyID: String
    /// The secret; never to be stored or logged.
    public let secret: String

    /// Makes a key.
    ///
    /// - Parameter generator: must be cryptographically secure, such as the system's.
    public static func generate(using generator: inout some RandomNumberGenerator) -> APIKey {
        let names = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        let letters = Array("0123456789abcdefghjkmnpqrstvwxyz")
        var keyID = ""
        var secret = ""
        for _ in 0..<keyIDLength {
            keyID.append(names[Int.random(in: 0..<names.count, using: &generator)])
        }
        for _ in 0..<secretLength {
            secret.append(letters[Int.random(in: 0..<letters.count, using: &generator)])
        }
        return APIKey(keyID: keyID, secret: secret)
    }

    private init(keyID: String, secret: String) {
        self.keyID = keyID
        self.secret = secret
    }

    /// Reads a key in its full form, or returns nil.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let parts = Self.locate(in: bytes.span) else { return nil }
        keyID = String(decoding: bytes[parts.keyID], as: UTF8.self)
        secret = String(decoding: bytes[parts.secret], as: UTF8.self)
    }

    /// The key in its full form: a secret, to be shown once.
    public var fullText: String { "\(Self.prefix)\(keyID)_\(secret)" }

    /// The public name only.
    public var description: String { "\(Self.prefix)\(keyID)_…" }

    /// What is kept of the key: its name and its digest, never the secret.
    ///
    /// - Parameters:
    ///   - createdAt: seconds since 1970 UTC.
    ///   - expiresAt: seconds since 1970 UTC; nil for never.
    public func record(createdAt: Int64, expiresAt: Int64? = nil) -> APIKeyRecord {
        let bytes = Array(secret.utf8)
        return APIKeyRecord(
            keyID: keyID,
            digest: SecretDigest(of: bytes.span).hexadecimal,
            createdAt: createdAt,
            expiresAt: expiresAt
        )
    }

    /// Where key id and secret stand in `text`, or nil if it is no key.
    static func locate(in text: Span<UInt8>) -> (keyID: Range<Int>, secret: Range<Int>)? {
        guard text.count == length, text.extracting(0..<4).equals(prefix) else { return nil }
        let keyID = 4..<(4 + keyIDLength)
        let secret = (keyID.upperBound + 1)..<length
        guard isKeyID(text.extracting(keyID)), text[keyID.upperBound] == UInt8(ascii: "_") else {
            return nil
        }
        for index in secret where !isSecretLetter(text[index]) { return nil }
        return (keyID, secret)
    }

    /// Whether `bytes` are 12 characters of `a`–`z` and `0`–`9`.
    static func isKeyID(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where !isLowerOrDigit(bytes[index]) { return false }
        return bytes.count == keyIDLength
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || byte &- 97 < 26
    }

    private static func isSecretLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "i"), UInt8(ascii: "l"), UInt8(ascii: "o"), UInt8(ascii: "u"): false
        default: isLowerOrDigit(byte)
        }
    }
}
