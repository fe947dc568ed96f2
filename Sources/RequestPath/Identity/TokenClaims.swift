// The payload of a token, claim by claim. Nothing here may be believed before the signature was
// checked, except which issuer's key is to check it.

import ClawgressJWS
import ClawgressModel

/// The claims set of a token (RFC 7519 section 4).
struct TokenClaims {
    private let claims: JSONValue

    /// Reads a payload, which must be one strict JSON object.
    init(_ payload: [UInt8]) throws(IdentityRefusal) {
        do throws(JSONError) {
            claims = try StrictJSON.read(payload.span)
        } catch {
            throw IdentityRefusal(.tokenMalformed)
        }
        guard claims.members != nil else { throw IdentityRefusal(.tokenMalformed) }
    }

    /// A claim that must be there and must be text.
    func requiredText(_ name: String) throws(IdentityRefusal) -> String {
        guard let claim = claims[name] else { throw IdentityRefusal(.tokenClaimMissing) }
        guard let text = claim.text else { throw IdentityRefusal(.tokenMalformed) }
        return text
    }

    /// Refuses a claim that is there and is not `registered`: the registry rules.
    func requireEqual(_ name: String, _ registered: String) throws(IdentityRefusal) {
        guard let claim = claims[name] else { return }
        guard let text = claim.text, text.utf8.elementsEqual(registered.utf8) else {
            throw IdentityRefusal(.tokenClaimMismatch)
        }
    }

    /// Checks expiry, beginning, issue and length of life, and returns `exp`.
    func checkTimes(
        of issuer: TokenIssuer,
        now: Int64
    ) throws(IdentityRefusal) -> Int64 {
        let skew = TokenVerifier.skewSeconds
        guard let expires = try seconds("exp"), let issued = try seconds("iat") else {
            throw IdentityRefusal(.tokenClaimMissing)
        }
        guard now < expires + skew else { throw IdentityRefusal(.tokenExpired) }
        if let begins = try seconds("nbf"), begins > now + skew {
            throw IdentityRefusal(.tokenNotYetValid)
        }
        guard issued <= now + skew else { throw IdentityRefusal(.tokenIssuedInFuture) }
        guard expires - issued <= issuer.lifeSecondsMax else {
            throw IdentityRefusal(.tokenLifeTooLong)
        }
        return expires
    }

    /// Checks that `aud`, one text or a list of texts, names one of ours.
    func checkAudience(of issuer: TokenIssuer) throws(IdentityRefusal) {
        guard let claim = claims["aud"] else { throw IdentityRefusal(.tokenClaimMissing) }
        for value in claim.elements ?? [claim] {
            guard let name = value.text else { throw IdentityRefusal(.tokenMalformed) }
            if issuer.audiences.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { return }
        }
        throw IdentityRefusal(.tokenAudienceMismatch)
    }

    /// Issuer, key id and, where there is one, token id, cut to a length that records hold.
    func credentialID(keyID: String) throws(IdentityRefusal) -> String {
        var name = "\(try requiredText("iss"))/\(keyID)"
        if claims["jti"] != nil { name += "/\(try requiredText("jti"))" }
        while name.utf8.count > TokenVerifier.credentialIDBytesMax {
            name.unicodeScalars.removeLast()
        }
        return name
    }

    /// A time in seconds since 1970, or nil if the claim is absent.
    ///
    /// RFC 7519 allows fractions, which are cut off. Years beyond 9999 are malformed, which also
    /// keeps all sums of times far from overflow.
    private func seconds(_ name: String) throws(IdentityRefusal) -> Int64? {
        let value: Int64
        switch claims[name] {
        case nil: return nil
        case .integer(let integer): value = integer
        case .number(let number): value = Int64(exactly: number.rounded(.down)) ?? -1
        default: throw IdentityRefusal(.tokenMalformed)
        }
        guard (0...253_402_300_799).contains(value) else { throw IdentityRefusal(.tokenMalformed) }
        return value
    }
}
