// Issuers with their keys parsed: a malformed key is refused when the bundle is loaded, not when
// the first token comes.

import ClawgressJWS
import ClawgressModel

/// An issuer whose keys are ready to verify with.
struct TrustedIssuer: Sendable {
    let issuer: TokenIssuer
    private let keys: [VerificationKey]
    /// Issuer and key id of each key, as the public name of a token that it signed begins.
    let signerNames: [[UInt8]]

    /// The issuer's key of exactly that name, compared byte by byte, or nil.
    func key(named keyID: String) -> VerificationKey? {
        keys.first { $0.keyID.utf8.elementsEqual(keyID.utf8) }
    }

    static func compile(
        _ issuers: [TokenIssuer]
    ) throws(IdentityCompileError) -> [TrustedIssuer] {
        try IdentityIndex.requireUnique(issuers.map(\.issuer), "issuer")
        var compiled: [TrustedIssuer] = []
        for issuer in issuers { compiled.append(try TrustedIssuer(issuer)) }
        return compiled
    }

    private init(_ issuer: TokenIssuer) throws(IdentityCompileError) {
        let name = "issuer `\(issuer.issuer)`"
        guard !issuer.issuer.isEmpty else { throw IdentityCompileError("an issuer has no name") }
        guard !issuer.audiences.isEmpty else {
            throw IdentityCompileError("\(name) has no audience")
        }
        guard !issuer.keys.isEmpty else { throw IdentityCompileError("\(name) has no key") }
        guard issuer.lifeSecondsMax > 0 else {
            throw IdentityCompileError("\(name) allows no life: life_seconds_max must be positive")
        }
        try Self.checkClaimNames(issuer.claims, name)
        var keys: [VerificationKey] = []
        for (place, text) in issuer.keys.enumerated() {
            do throws(JWSError) {
                keys.append(try VerificationKey(jwkText: text))
            } catch {
                throw IdentityCompileError("key \(place + 1) of \(name): \(error.code)")
            }
        }
        try IdentityIndex.requireUnique(keys.map(\.keyID), "\(name): key id")
        self.issuer = issuer
        self.keys = keys
        signerNames = keys.map { Array("\(issuer.issuer)/\($0.keyID)".utf8) }
    }

    /// Each field has a claim of its own, and none has one that means something else already.
    private static func checkClaimNames(
        _ claims: ClaimNames,
        _ issuer: String
    ) throws(IdentityCompileError) {
        let names = [claims.agentID, claims.teamID, claims.projectID, claims.environment]
        let registered = ["iss", "aud", "exp", "nbf", "iat", "jti"]
        try IdentityIndex.requireUnique(names, "\(issuer): claim")
        for name in names where name.isEmpty || registered.contains(name) {
            throw IdentityCompileError("\(issuer): `\(name)` cannot name an identity claim")
        }
    }
}
