// What must hold of agents and keys before a gateway serves them. A bundle that breaks a rule is
// refused as a whole: half an identity is none.

import ClawgressBytes
import ClawgressModel

extension IdentityIndex {
    static func checkAgents(_ agents: [Agent], now: Int64) throws(IdentityCompileError) {
        for agent in agents {
            try requireIdentifier(agent.agentID, "agent id")
            let owner = "of agent `\(agent.agentID)`"
            try requireIdentifier(agent.teamID, "team id \(owner)")
            try requireIdentifier(agent.projectID, "project id \(owner)")
            try requireIdentifier(agent.environment, "environment \(owner)")
            try requireFewLiveKeys(agent, now: now)
        }
        try requireUnique(agents.map(\.agentID), "agent id")
    }

    static func key(
        _ record: APIKeyRecord,
        of agent: Agent,
        at ordinal: Int32
    ) throws(IdentityCompileError) -> Key {
        let name = Array(record.keyID.utf8)
        guard APIKey.isKeyID(name.span) else {
            throw IdentityCompileError(
                "key id `\(record.keyID)` of agent `\(agent.agentID)` is not "
                    + "\(APIKey.keyIDLength) characters of a-z and 0-9"
            )
        }
        guard let digest = SecretDigest(hexadecimal: record.digest) else {
            throw IdentityCompileError(
                "the digest of key `\(record.keyID)` is not 64 hexadecimal digits"
            )
        }
        return Key(
            digest: digest,
            agentOrdinal: ordinal,
            // A revocation holds whatever its time says: clocks differ, and it is never too early.
            isRevoked: record.revokedAt != nil,
            expiresAt: record.expiresAt ?? .max
        )
    }

    static func requireUnique(
        _ names: [String],
        _ kind: String
    ) throws(IdentityCompileError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw IdentityCompileError("\(kind) `\(name)` is there twice")
        }
    }

    private static func requireIdentifier(
        _ name: String,
        _ kind: String
    ) throws(IdentityCompileError) {
        guard Identifier.isValid(name) else {
            throw IdentityCompileError(
                "\(kind) `\(name)` does not match [a-z0-9][a-z0-9._-]{0,62}"
            )
        }
    }

    private static func requireFewLiveKeys(
        _ agent: Agent,
        now: Int64
    ) throws(IdentityCompileError) {
        let live = agent.keys.filter { $0.revokedAt == nil && ($0.expiresAt ?? .max) > now }
        guard live.count <= liveKeysMax else {
            throw IdentityCompileError(
                "agent `\(agent.agentID)` has \(live.count) live keys; revoke or expire all but "
                    + "\(liveKeysMax)"
            )
        }
    }
}
