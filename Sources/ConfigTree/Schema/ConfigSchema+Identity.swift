// The part of the grammar about who asks: agents with their keys, and token issuers.

import ClawgressModel

extension ConfigSchema {
    static let agent = ConfigShape.list(
        ListShape(
            LeafShape(.identifier),
            .container([
                SchemaNode(
                    "team",
                    "the team that answers for the agent",
                    field("team"),
                    isRequired: true
                ),
                SchemaNode(
                    "project",
                    "the project it works for",
                    field("project"),
                    isRequired: true
                ),
                SchemaNode(
                    "environment",
                    "the environment it runs in",
                    field("environment"),
                    isRequired: true
                ),
                SchemaNode(
                    "status",
                    "whether the agent may ask",
                    status("every request of the agent is refused")
                ),
                // A copied agent must not be opened by the first one's keys.
                SchemaNode(
                    "key",
                    "an API key, of which only the digest is kept",
                    key,
                    isCopied: false
                ),
            ])
        )
    )

    /// An id of one of the agents' fields, completed from those that other agents have.
    static func field(_ keyword: String) -> ConfigShape {
        .leaf(.identifier, source: .values(of: "agent", keyword: keyword))
    }

    private static let key = ConfigShape.list(
        ListShape(
            LeafShape(.keyID),
            isMovable: false,
            .container([
                SchemaNode(
                    "digest",
                    "SHA-256 of the secret part",
                    .leaf(.digest),
                    isRequired: true
                ),
                SchemaNode("created", "when it was made", .leaf(.moment), isRequired: true),
                SchemaNode("expires", "when it ends; unset for never", .leaf(.moment)),
                SchemaNode(
                    "revoked",
                    "when it was revoked; unset while it is live",
                    .leaf(.moment)
                ),
            ])
        )
    )

    static let issuer = ConfigShape.list(
        ListShape(
            LeafShape(.text),
            .container([
                SchemaNode(
                    "audience",
                    "a token must name one of these in `aud`",
                    .leaves(.text),
                    isRequired: true
                ),
                SchemaNode(
                    "key",
                    "a public key of the issuer",
                    .leaves(.publicKey),
                    isRequired: true
                ),
                SchemaNode(
                    "life-seconds-max",
                    "the longest accepted life of a token",
                    .leaf(
                        .integer(1...31_536_000, unit: "seconds"),
                        fallback: .integer(86_400)
                    )
                ),
                SchemaNode("claim", "which claims carry the identity", .container(claims)),
            ])
        )
    )

    private static let claims: [SchemaNode] = {
        let names = ClaimNames()
        func claim(_ keyword: String, _ fallback: String) -> SchemaNode {
            let help = "the claim that names the \(keyword)"
            return SchemaNode(keyword, help, .leaf(.text, fallback: .text(fallback)))
        }
        return [
            claim("agent", names.agentID), claim("team", names.teamID),
            claim("project", names.projectID), claim("environment", names.environment),
        ]
    }()
}
