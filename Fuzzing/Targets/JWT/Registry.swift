// The agents and issuers that tokens are held against.

import ClawgressBytes
import ClawgressIdentity
import ClawgressJWS
import ClawgressModel
import FuzzShared

enum Registry {
    /// The time of every verification, in seconds since 1970.
    static let now: Int64 = 1_800_000_000

    static let agents = [
        Agent(agentID: "crawler", teamID: "research", projectID: "atlas", environment: "test"),
        Agent(
            agentID: "sleeper",
            teamID: "research",
            projectID: "atlas",
            environment: "test",
            status: .disabled
        ),
    ]

    static let issuers = [
        TokenIssuer(
            issuer: "https://issuer.example",
            audiences: ["clawgress", "egress"],
            keys: [elliptic("es"), edwards("ed"), rsa("rs", "RS256"), rsa("ps", "PS256")]
        ),
        TokenIssuer(
            issuer: "b",
            audiences: ["b"],
            keys: [edwards("b")],
            lifeSecondsMax: 600,
            claims: ClaimNames(agentID: "sub", teamID: "team")
        ),
    ]

    static let verifier: TokenVerifier? = {
        let index = try? IdentityIndex(
            agents: agents,
            issuers: issuers,
            hash: KeyedHash(first: 1, second: 2),
            now: now
        )
        return index.map { TokenVerifier(index: $0) }
    }()

    private static func elliptic(_ name: String) -> String {
        key(name, ["kty": "EC", "crv": "P-256", "x": bytes(32, 2), "y": bytes(32, 3)])
    }

    private static func edwards(_ name: String) -> String {
        key(name, ["kty": "OKP", "crv": "Ed25519", "x": bytes(32, 5)])
    }

    private static func rsa(_ name: String, _ algorithm: String) -> String {
        key(name, ["kty": "RSA", "alg": algorithm, "n": bytes(256, 0xA5), "e": "AQAB"])
    }

    private static func bytes(_ count: Int, _ value: UInt8) -> String {
        Base64.encode([UInt8](repeating: value, count: count), .urlSafe)
    }

    private static func key(_ name: String, _ members: [String: String]) -> String {
        let all = members.merging(["kid": name]) { first, _ in first }
        return JSONValue.object(all.map { JSONMember($0.key, .string($0.value)) }).jsonText
    }
}
