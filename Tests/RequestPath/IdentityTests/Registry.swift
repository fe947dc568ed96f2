// The agents, keys and issuers that the cases of this folder speak of.

import ClawgressBytes
import ClawgressIdentity
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressModel
import Testing

/// A registry with three agents and two issuers, and the private keys of the issuers.
struct Registry {
    static let now: Int64 = 1_800_000_000
    static let secret = "0123456789abcdefghjkmnpqrstvwxyz"
    static let hash = KeyedHash(first: 7, second: 11)

    /// Made once: RSA keys are slow to make.
    private static let shared = Result { try Registry() }

    static func get() throws -> Registry { try shared.get() }

    let signers: [String: SigningKey]
    let agents: [Agent]
    let issuers: [TokenIssuer]
    let index: IdentityIndex

    private init() throws {
        signers = try Self.makeSigners()
        agents = try Self.makeAgents()
        let signers = self.signers
        let known = ["es256-a", "es256-b", "eddsa", "rs256", "ps256"]
        issuers = [
            TokenIssuer(
                issuer: "https://issuer.example",
                audiences: ["clawgress", "egress"],
                keys: known.compactMap { signers[$0]?.publicJWK.jsonText }
            ),
            TokenIssuer(
                issuer: "https://other.example",
                audiences: ["proxy"],
                keys: [try #require(signers["other"]).publicJWK.jsonText],
                lifeSecondsMax: 600,
                claims: ClaimNames(agentID: "sub", teamID: "team")
            ),
        ]
        index = try IdentityIndex(
            agents: agents,
            issuers: issuers,
            hash: Self.hash,
            now: Self.now
        )
    }

    static func record(
        _ keyID: String,
        secret: String = Registry.secret,
        expiresAt: Int64? = nil,
        revokedAt: Int64? = nil
    ) throws -> APIKeyRecord {
        var record = try #require(APIKey("cgk_\(keyID)_\(secret)"))
            .record(createdAt: now - 1_000, expiresAt: expiresAt)
        record.revokedAt = revokedAt
        return record
    }

    private static func makeAgents() throws -> [Agent] {
        let builderKeys = try [
            record("builder00001"),
            record("builder00002", secret: String(secret.reversed())),
            record("revoked00001", revokedAt: now - 10),
            record("revoked00002", revokedAt: now + 10),
            record("revoked00003", expiresAt: now - 10, revokedAt: now - 5),
            record("expired00001", expiresAt: now - 10),
            record("expired00002", expiresAt: now),
        ]
        let sleeperKeys = try [
            record("sleeper00001"), record("sleeper00002", expiresAt: now - 1),
        ]
        let testerKeys = [try record("testing00001", expiresAt: now + 1)]
        return [
            Agent(
                agentID: "tester-2",
                teamID: "team-b",
                projectID: "project-b",
                environment: "staging",
                keys: testerKeys
            ),
            Agent(
                agentID: "builder-1",
                teamID: "team-a",
                projectID: "project-a",
                environment: "production",
                keys: builderKeys
            ),
            Agent(
                agentID: "sleeper",
                teamID: "team-a",
                projectID: "project-a",
                environment: "production",
                status: .disabled,
                keys: sleeperKeys
            ),
        ]
    }

    private static func makeSigners() throws -> [String: SigningKey] {
        let rsa = try SigningKey.generate(.rs256, keyID: "rs256")
        let members = try #require(rsa.privateJWK.members).filter {
            $0.name != "alg" && $0.name != "kid"
        }
        let pss =
            members + [
                JSONMember("alg", .string("PS256")), JSONMember("kid", .string("ps256")),
            ]
        return [
            "es256-a": try .generate(.es256, keyID: "es256-a"),
            "es256-b": try .generate(.es256, keyID: "es256-b"),
            "eddsa": try .generate(.edDSA, keyID: "eddsa"),
            "other": try .generate(.edDSA, keyID: "other"),
            "rs256": rsa,
            "ps256": try SigningKey(jwk: .object(pss)),
        ]
    }

    /// A token signed as a case of `tokens.json` says.
    func token(_ example: JSONValue) throws -> [UInt8] {
        let name = try #require(example["signer"]?.text)
        let signer = try #require(signers[name])
        let header = [
            JSONMember("alg", .string(signer.algorithm.rawValue)),
            JSONMember("kid", .string(signer.keyID)), JSONMember("typ", .string("JWT")),
        ]
        let claims = [
            JSONMember("iss", .string("https://issuer.example")),
            JSONMember("aud", .string("clawgress")),
            JSONMember("agent_id", .string("builder-1")),
            JSONMember("iat", .integer(Self.now - 10)),
            JSONMember("exp", .integer(Self.now + 3_600)), JSONMember("jti", .string("t-1")),
        ]
        let headerText =
            example["raw_header"]?.text
            ?? Self.changed(header, by: example["header"]).jsonText
        let payloadText =
            example["raw_payload"]?.text
            ?? Self.changed(claims, by: example["claims"]).jsonText
        return try Self.sign(headerText, payloadText, with: signer)
    }

    /// A token with the given claims in place of the usual ones.
    func token(signer: String = "es256-a", claims: [JSONMember] = []) throws -> [UInt8] {
        try token(
            .object([
                JSONMember("signer", .string(signer)), JSONMember("claims", .object(claims)),
            ])
        )
    }

    static func sign(
        _ header: String,
        _ payload: String,
        with signer: SigningKey
    ) throws -> [UInt8] {
        let input =
            Base64.encode(header.utf8, .urlSafe) + "."
            + Base64.encode(payload.utf8, .urlSafe)
        let signature = try signer.signature(over: Array(input.utf8))
        return Array((input + "." + Base64.encode(signature, .urlSafe)).utf8)
    }

    /// Members with those of `changes` replaced or added; null removes one.
    private static func changed(_ members: [JSONMember], by changes: JSONValue?) -> JSONValue {
        var result = members
        for change in changes?.members ?? [] {
            result.removeAll { $0.name == change.name }
            if change.value != .null { result.append(change) }
        }
        return .object(result)
    }
}
