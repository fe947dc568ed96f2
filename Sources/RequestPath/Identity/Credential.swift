// What a client offers in `Proxy-Authorization`, found without believing any of it. Clients can
// send a key or a token as a Basic password, because that is all that most of them can do.

public import ClawgressBytes
import ClawgressJWS
import ClawgressModel

/// Offered credentials, as ranges of the scratch buffer that ``parse(_:into:)`` filled.
///
/// Accepted forms (RFC 7617, RFC 6750), the scheme in any case:
///
///     Basic base64(agent:cgk_<key id>_<secret>)
///     Basic base64(agent:<JWT>)
///     Bearer cgk_<key id>_<secret>
///     Bearer <JWT>
public enum Credential: Equatable, Sendable {
    /// An API key; `agent` is empty where none was offered.
    case key(agent: Range<Int>, keyID: Range<Int>, secret: Range<Int>)
    /// A token, and the agent that it was offered for.
    case token(Range<Int>, claimedAgent: Range<Int>?)

    /// Finds the credentials in a field value without white space around it.
    ///
    /// Exactly one space follows the scheme. Lists, parameters, control bytes and bytes beyond
    /// ASCII are refused because no part of a credential can hold them. A missing field is the
    /// caller's case, not this function's.
    ///
    /// - Parameters:
    ///   - value: the value of `Proxy-Authorization`.
    ///   - scratch: gets the decoded bytes appended; it must have room for `value.count` bytes.
    /// - Throws: `credentialsUnsupportedScheme` for a scheme other than Basic and Bearer,
    ///   `tokenMalformed` for a token longer than 8 KiB, else `credentialsMalformed`.
    public static func parse(
        _ value: Span<UInt8>,
        into scratch: inout ByteBuffer
    ) throws(IdentityRefusal) -> Credential {
        let space = value.firstIndex(of: UInt8(ascii: " "))
        let scheme = value.extracting(0..<(space ?? value.count))
        guard isToken(scheme) else { throw IdentityRefusal(.credentialsMalformed) }
        let isBasic = scheme.equalsIgnoringCase("basic")
        guard isBasic || scheme.equalsIgnoringCase("bearer") else {
            throw IdentityRefusal(.credentialsUnsupportedScheme)
        }
        guard let space else { throw IdentityRefusal(.credentialsMalformed) }
        let offered = value.extracting((space + 1)..<value.count)
        return isBasic ? try basic(offered, &scratch) : try bearer(offered, &scratch)
    }

    private static func bearer(
        _ offered: Span<UInt8>,
        _ scratch: inout ByteBuffer
    ) throws(IdentityRefusal) -> Credential {
        let start = scratch.count
        scratch.append(offered)
        guard !scratch.overflowed else { throw IdentityRefusal(.credentialsMalformed) }
        return try classify(scratch.bytes, agent: start..<start, secret: start..<scratch.count)
    }

    private static func basic(
        _ offered: Span<UInt8>,
        _ scratch: inout ByteBuffer
    ) throws(IdentityRefusal) -> Credential {
        let start = scratch.count
        guard Base64.decode(offered, .standard, into: &scratch) else {
            throw IdentityRefusal(.credentialsMalformed)
        }
        let decoded = scratch.bytes
        // RFC 7617 section 2: the first colon ends the name, which can contain none.
        guard let colon = decoded.firstIndex(of: UInt8(ascii: ":"), from: start) else {
            throw IdentityRefusal(.credentialsMalformed)
        }
        let agent = start..<colon
        guard agent.isEmpty || Identifier.isValid(decoded.extracting(agent)) else {
            throw IdentityRefusal(.credentialsMalformed)
        }
        return try classify(decoded, agent: agent, secret: (colon + 1)..<decoded.count)
    }

    /// Tells keys from tokens.
    ///
    /// `cgk_` cannot begin a JWS: a header begins with `{`, so with `e`.
    private static func classify(
        _ bytes: Span<UInt8>,
        agent: Range<Int>,
        secret: Range<Int>
    ) throws(IdentityRefusal) -> Credential {
        let offered = bytes.extracting(secret)
        if let parts = APIKey.locate(in: offered) {
            return .key(
                agent: agent,
                keyID: moved(parts.keyID, by: secret.lowerBound),
                secret: moved(parts.secret, by: secret.lowerBound)
            )
        }
        guard isCompactForm(offered) else { throw IdentityRefusal(.credentialsMalformed) }
        guard offered.count <= CompactJWS.tokenBytesMax else {
            throw IdentityRefusal(.tokenMalformed)
        }
        return .token(secret, claimedAgent: agent.isEmpty ? nil : agent)
    }

    private static func moved(_ range: Range<Int>, by offset: Int) -> Range<Int> {
        (range.lowerBound + offset)..<(range.upperBound + offset)
    }

    private static func isToken(_ scheme: Span<UInt8>) -> Bool {
        for index in scheme.indices where !ASCII.isToken(scheme[index]) { return false }
        return scheme.count > 0
    }

    /// Whether `text` looks like a compact JWS, so that nothing else waits for a verification:
    /// three parts of base64url characters, none empty.
    private static func isCompactForm(_ text: Span<UInt8>) -> Bool {
        guard let first = text.firstIndex(of: UInt8(ascii: ".")),
            let second = text.firstIndex(of: UInt8(ascii: "."), from: first + 1),
            text.firstIndex(of: UInt8(ascii: "."), from: second + 1) == nil,
            first > 0, second > first + 1, second + 1 < text.count
        else { return false }
        for index in text.indices where !isCompactByte(text[index]) { return false }
        return true
    }

    /// Whether `byte` is a base64url character or the dot, as one bit per value: this runs for
    /// each byte of each token, and two constants are quicker than five comparisons.
    private static func isCompactByte(_ byte: UInt8) -> Bool {
        let low: UInt64 = 0x03FF_6000_0000_0000
        let high: UInt64 = 0x07FF_FFFE_87FF_FFFE
        let bits = byte & 0x40 == 0 ? low : high
        return byte < 0x80 && bits &>> UInt64(byte & 63) & 1 == 1
    }
}
