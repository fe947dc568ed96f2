// The claims of an accepted token, read once more by the letter of the rules.

import ClawgressIdentity
import ClawgressJWS
import ClawgressModel
import FuzzShared

enum ClaimsReading {
    static func check(_ proof: AcceptedToken, _ text: CompactJWS) {
        guard let claims = try? StrictJSON.read(text.payload.span),
            let issuer = Registry.issuers.first(where: { $0.issuer == claims["iss"]?.text })
        else { return require(false, "accepted from nobody we know") }
        let ordinal = Int(proof.agentOrdinal)
        guard Registry.agents.indices.contains(ordinal) else {
            return require(false, "an agent that is not in the registry")
        }
        let agent = Registry.agents[ordinal]
        require(agent.status == .active, "an agent that may not ask")
        require(claims[issuer.claims.agentID]?.text == agent.agentID, "another agent's token")
        for (name, value) in [
            (issuer.claims.teamID, agent.teamID), (issuer.claims.projectID, agent.projectID),
            (issuer.claims.environment, agent.environment),
        ] {
            guard let claim = claims[name] else { continue }
            require(claim.text == value, "a claim that is not the registry's")
        }
        checkTimes(proof, claims, issuer)
        let audiences = claims["aud"]?.elements ?? [claims["aud"] ?? .null]
        require(
            audiences.contains { issuer.audiences.contains($0.text ?? "") },
            "a token for somebody else"
        )
        require((1...128).contains(proof.credentialID.utf8.count), "a name of no or great length")
    }

    private static func checkTimes(
        _ proof: AcceptedToken,
        _ claims: JSONValue,
        _ issuer: TokenIssuer
    ) {
        guard let expires = seconds(claims["exp"]), let issued = seconds(claims["iat"]) else {
            return require(false, "accepted without its times")
        }
        require(Double(proof.notAfter) <= expires, "believed for longer than it says")
        require(expires > Double(Registry.now - 61), "accepted after its end")
        require(issued < Double(Registry.now + 61), "accepted before its beginning")
        require(expires - issued < Double(issuer.lifeSecondsMax) + 1, "a longer life than allowed")
        if let begins = seconds(claims["nbf"]) {
            require(begins < Double(Registry.now + 61), "accepted before its beginning")
        }
    }

    private static func seconds(_ claim: JSONValue?) -> Double? {
        switch claim {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
