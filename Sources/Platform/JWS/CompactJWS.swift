// The compact form taken apart. Parsing proves nothing about who wrote the text: only a call of
// `verify(with:)` does, and only after it may the payload be believed.

import ClawgressBytes

/// A JWS in compact serialisation (RFC 7515 section 7.1), parsed but not yet verified.
///
///     let text = try CompactJWS(parsing: bytes)
///     try text.verify(with: key)
///     let payload = text.payload
public struct CompactJWS: Sendable, Equatable {
    /// The greatest length of a token, in bytes.
    public static var tokenBytesMax: Int { 8_192 }

    /// The protected header.
    public let header: JWSHeader
    /// The decoded payload; to be believed only after ``verify(with:)``.
    public let payload: [UInt8]
    /// The decoded signature.
    public let signature: [UInt8]
    /// The bytes that the signature covers: the first two parts and the dot between them.
    public let signingInput: [UInt8]

    /// Takes `text` apart.
    ///
    /// - Parameters:
    ///   - text: the whole compact text, without white space around it.
    ///   - bytesMax: the greatest accepted length.
    /// - Throws: `JWSError` with the first problem.
    public init(
        parsing text: Span<UInt8>,
        bytesMax: Int = Self.tokenBytesMax
    ) throws(JWSError) {
        guard text.count <= bytesMax else { throw .tooLarge }
        guard let first = text.firstIndex(of: UInt8(ascii: ".")),
            let second = text.firstIndex(of: UInt8(ascii: "."), from: first + 1),
            text.firstIndex(of: UInt8(ascii: "."), from: second + 1) == nil,
            first > 0, second > first + 1, second + 1 < text.count
        else { throw .malformedCompact }
        header = try JWSHeader(try Self.decode(text.extracting(0..<first)))
        payload = try Self.decode(text.extracting((first + 1)..<second))
        signature = try Self.decode(text.extracting((second + 1)..<text.count))
        signingInput = text.extracting(0..<second).array()
    }

    /// Checks that the text was signed with `key`.
    ///
    /// - Throws: `JWSError.algorithmMismatch` if the header names another algorithm than the
    ///   key's (RFC 8725 section 3.1), `JWSError.signatureInvalid` if the signature is wrong.
    public func verify(with key: VerificationKey) throws(JWSError) {
        guard header.algorithm == key.algorithm else { throw .algorithmMismatch }
        try key.verify(signature: signature, signingInput: signingInput)
    }

    private static func decode(_ part: Span<UInt8>) throws(JWSError) -> [UInt8] {
        var decoded = ByteBuffer(capacity: part.count)
        guard Base64.decode(part, .urlSafe, into: &decoded) else { throw .malformedBase64 }
        return decoded.bytes.array()
    }
}
