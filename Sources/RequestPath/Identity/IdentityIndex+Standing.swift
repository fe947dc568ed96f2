// Whether an identity that was proved earlier still stands. A secret is not asked for again:
// what matters is whether the snapshot of now would still believe who had it.

import ClawgressBytes
public import ClawgressModel

extension IdentityIndex {
    /// Finds an agent by what the record of its request says about who proved it, and how.
    ///
    /// A token's own end is no matter of the snapshot: it was asked when the token was shown. Its
    /// issuer and the key that signed it must still be trusted.
    ///
    /// - Parameters:
    ///   - agent: the agent's id.
    ///   - authentication: how it was proved.
    ///   - credentialID: the key id, or issuer, key id and token id.
    ///   - now: seconds since 1970 UTC.
    /// - Returns: the agent's place in this snapshot, which need not be the one it had.
    /// - Throws: `agentUnknown`, `agentDisabled`; for a key `keyUnknown`, `keyOfOtherAgent`,
    ///   `keyRevoked`, `keyExpired`; for a token `tokenKeyUnknown`; without proof
    ///   `credentialsMissing`.
    public func confirm(
        agent: Span<UInt8>,
        by authentication: AuthenticationType,
        credentialID: Span<UInt8>,
        now: Int64
    ) throws(IdentityRefusal) -> Int32 {
        guard let ordinal = ordinal(ofAgent: agent) else { throw IdentityRefusal(.agentUnknown) }
        guard isActive(ordinal) else { throw IdentityRefusal(.agentDisabled) }
        switch authentication {
        case .none: throw IdentityRefusal(.credentialsMissing)
        case .apiKey: try confirmKey(credentialID, of: ordinal, now: now)
        case .jwt:
            guard trustsSigner(of: credentialID) else { throw IdentityRefusal(.tokenKeyUnknown) }
        }
        return ordinal
    }

    /// The first instant after `now`, in seconds since 1970 UTC, at which a key expires; nil if
    /// none will.
    public func nextExpiry(after now: Int64) -> Int64? {
        let next = keys.lazy.filter { !$0.isRevoked && $0.expiresAt > now }.map(\.expiresAt).min()
        return next == .max ? nil : next
    }

    private func confirmKey(
        _ keyID: Span<UInt8>,
        of ordinal: Int32,
        now: Int64
    ) throws(IdentityRefusal) {
        guard let place = keyNames.place(of: keyID) else { throw IdentityRefusal(.keyUnknown) }
        let key = keys[Int(place)]
        guard key.agentOrdinal == ordinal else { throw IdentityRefusal(.keyOfOtherAgent) }
        guard !key.isRevoked else { throw IdentityRefusal(.keyRevoked) }
        guard now < key.expiresAt else { throw IdentityRefusal(.keyExpired) }
    }

    /// Whether a token's public name begins with an issuer and a key that are trusted.
    ///
    /// Both can hold slashes, so the name is compared with what each of them would write and
    /// never taken apart.
    private func trustsSigner(of credentialID: Span<UInt8>) -> Bool {
        for issuer in issuers where issuer.signs(credentialID) { return true }
        return false
    }
}

extension TrustedIssuer {
    /// Whether one of the issuer's keys may have signed the token with that public name.
    ///
    /// A name that fills its room was cut, and is compared as far as it goes.
    fileprivate func signs(_ credentialID: Span<UInt8>) -> Bool {
        let isCut = credentialID.count >= TokenVerifier.credentialIDBytesMax - 3
        for signer in signerNames {
            if credentialID.count > signer.count {
                guard credentialID[signer.count] == UInt8(ascii: "/") else { continue }
                if credentialID.extracting(0..<signer.count).equals(signer.span) { return true }
            } else {
                guard isCut || credentialID.count == signer.count else { continue }
                let front = signer.span.extracting(0..<credentialID.count)
                if credentialID.equals(front) { return true }
            }
        }
        return false
    }
}
