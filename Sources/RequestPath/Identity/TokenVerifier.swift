// The cold path of tokens: everything that is checked once for each new token. It runs off the
// workers, because a signature costs as much as several whole requests.

import ClawgressBytes
import ClawgressJWS
public import ClawgressModel

/// What became of a token.
public enum TokenVerdict: Equatable, Sendable {
    /// The token proves an agent's identity.
    case accepted(AcceptedToken)
    /// It does not, for that reason.
    case refused(Reason)
}

/// What an accepted token proved.
public struct AcceptedToken: Equatable, Sendable {
    /// The agent's place in the snapshot's list.
    public let agentOrdinal: Int32
    /// The token's `exp`, in seconds since 1970 UTC: when the verdict must be forgotten.
    public let notAfter: Int64
    /// Issuer, key id and token id (`jti`) joined by slashes, cut to 128 bytes.
    public let credentialID: String
}

/// Verifies JWT (RFC 7519) against one compiled snapshot.
///
/// The order, which never changes because each step relies on those before it:
/// 1. compact form, header, algorithm in our list (RFC 8725 section 3.1);
/// 2. the issuer is known, the key is one of this issuer's, `alg` is the key's;
/// 3. the signature; only from here on claims are believed;
/// 4. `exp`, `nbf`, `iat`, life, `aud`;
/// 5. the agent is registered and active, and the other identity claims equal the registry.
public struct TokenVerifier: Sendable {
    /// How far an issuer's clock may be from ours, in seconds.
    public static var skewSeconds: Int64 { 60 }
    /// How long a credential id can be, in bytes.
    public static var credentialIDBytesMax: Int { 128 }

    private let index: IdentityIndex

    /// Verifies against `index`.
    public init(index: IdentityIndex) {
        self.index = index
    }

    /// Judges a token.
    ///
    /// - Parameters:
    ///   - token: the compact text.
    ///   - now: seconds since 1970 UTC.
    public func verify(_ token: Span<UInt8>, now: Int64) -> TokenVerdict {
        do throws(IdentityRefusal) {
            let signed = try Self.parse(token)
            let claims = try TokenClaims(signed.payload)
            let issuer = try trustedIssuer(of: claims)
            let key = try Self.key(of: signed, from: issuer)
            try Self.checkSignature(of: signed, with: key)
            let notAfter = try claims.checkTimes(of: issuer.issuer, now: now)
            try claims.checkAudience(of: issuer.issuer)
            return .accepted(
                AcceptedToken(
                    agentOrdinal: try agent(of: claims, issuer.issuer),
                    notAfter: notAfter,
                    credentialID: try claims.credentialID(keyID: key.keyID)
                )
            )
        } catch {
            return .refused(error.reason)
        }
    }

    private static func parse(_ token: Span<UInt8>) throws(IdentityRefusal) -> CompactJWS {
        let signed: CompactJWS
        do throws(JWSError) {
            signed = try CompactJWS(parsing: token)
        } catch {
            throw IdentityRefusal(
                error == .algorithmRefused ? .tokenAlgorithmRefused : .tokenMalformed
            )
        }
        guard isTokenType(signed.header.type) else { throw IdentityRefusal(.tokenMalformed) }
        return signed
    }

    /// Whether `typ` is absent or says JWT or access token (RFC 9068 section 2.1).
    ///
    /// An issuer's other signed texts, such as logout tokens, are typed and prove nothing here
    /// (RFC 8725 section 3.11).
    private static func isTokenType(_ type: String?) -> Bool {
        guard let name = type?.lowercased() else { return true }
        return ["jwt", "at+jwt", "application/jwt", "application/at+jwt"].contains(name)
    }

    private func trustedIssuer(
        of claims: TokenClaims
    ) throws(IdentityRefusal) -> TrustedIssuer {
        let name = try claims.requiredText("iss")
        let match = index.issuers.first { $0.issuer.issuer.utf8.elementsEqual(name.utf8) }
        guard let match else { throw IdentityRefusal(.tokenIssuerUnknown) }
        return match
    }

    private static func key(
        of signed: CompactJWS,
        from issuer: TrustedIssuer
    ) throws(IdentityRefusal) -> VerificationKey {
        guard let keyID = signed.header.keyID, let key = issuer.key(named: keyID) else {
            throw IdentityRefusal(.tokenKeyUnknown)
        }
        return key
    }

    private static func checkSignature(
        of signed: CompactJWS,
        with key: VerificationKey
    ) throws(IdentityRefusal) {
        do throws(JWSError) {
            try signed.verify(with: key)
        } catch {
            throw IdentityRefusal(
                error == .algorithmMismatch ? .tokenAlgorithmRefused : .tokenSignatureInvalid
            )
        }
    }

    private func agent(
        of claims: TokenClaims,
        _ issuer: TokenIssuer
    ) throws(IdentityRefusal) -> Int32 {
        let name = Array(try claims.requiredText(issuer.claims.agentID).utf8)
        guard let ordinal = index.ordinal(ofAgent: name.span) else {
            throw IdentityRefusal(.agentUnknown)
        }
        guard index.isActive(ordinal) else { throw IdentityRefusal(.agentDisabled) }
        let agent = index.agents[Int(ordinal)]
        try claims.requireEqual(issuer.claims.teamID, agent.teamID)
        try claims.requireEqual(issuer.claims.projectID, agent.projectID)
        try claims.requireEqual(issuer.claims.environment, agent.environment)
        return ordinal
    }
}
