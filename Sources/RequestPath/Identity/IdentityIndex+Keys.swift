// The warm path of API keys: one lookup, one digest, one comparison, whatever was offered.

import ClawgressBytes
import ClawgressModel

extension IdentityIndex {
    /// Proves an identity by an API key.
    ///
    /// An unknown key id costs the same digest and comparison as a known one, so time does not
    /// tell which key ids exist. The state of a key is told only to who has its secret.
    ///
    /// - Parameters:
    ///   - bytes: the scratch buffer that ``Credential/parse(_:into:)`` filled.
    ///   - agent: the offered agent id; empty if none was offered.
    ///   - keyID: the offered key id.
    ///   - secret: the offered secret.
    ///   - now: seconds since 1970 UTC.
    /// - Throws: in this order `keyUnknown`, `keyWrongSecret`, `keyOfOtherAgent`, `keyRevoked`,
    ///   `keyExpired`, `agentDisabled`.
    public func verifyKey(
        _ bytes: Span<UInt8>,
        agent: Range<Int>,
        keyID: Range<Int>,
        secret: Range<Int>,
        now: Int64
    ) throws(IdentityRefusal) -> VerifiedIdentity {
        let place = keyNames.place(of: bytes.extracting(keyID))
        let key = place.map { keys[Int($0)] } ?? .absent
        let isRight = key.digest.equalsInConstantTime(SecretDigest(of: bytes.extracting(secret)))
        guard place != nil else { throw IdentityRefusal(.keyUnknown) }
        guard isRight else { throw IdentityRefusal(.keyWrongSecret) }
        guard agent.isEmpty || agentNames.isName(bytes.extracting(agent), at: key.agentOrdinal)
        else { throw IdentityRefusal(.keyOfOtherAgent) }
        guard !key.isRevoked else { throw IdentityRefusal(.keyRevoked) }
        guard now < key.expiresAt else { throw IdentityRefusal(.keyExpired) }
        guard isActive(key.agentOrdinal) else { throw IdentityRefusal(.agentDisabled) }
        return VerifiedIdentity(
            agentOrdinal: key.agentOrdinal,
            authenticationType: .apiKey,
            credentialID: keyID
        )
    }
}
