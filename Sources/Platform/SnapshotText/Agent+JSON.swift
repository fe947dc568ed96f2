// Agents and the digests of their keys.

import ClawgressJWS
import ClawgressModel

extension Agent {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            agentID: try members.text("agent_id"),
            teamID: try members.text("team_id"),
            projectID: try members.text("project_id"),
            environment: try members.text("environment"),
            status: try members.word("status"),
            keys: try members.list("keys", APIKeyRecord.init)
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("agent_id", .string(agentID)),
            ("environment", .string(environment)),
            ("keys", .array(keys.map(\.json))),
            ("project_id", .string(projectID)),
            ("status", .word(status)),
            ("team_id", .string(teamID)),
        ])
    }
}

extension APIKeyRecord {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            keyID: try members.text("key_id"),
            digest: try members.text("digest"),
            createdAt: try members.integer("created_at"),
            expiresAt: try members.optionalInteger("expires_at"),
            revokedAt: try members.optionalInteger("revoked_at")
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("created_at", .integer(createdAt)),
            ("digest", .string(digest)),
            ("expires_at", expiresAt.map(JSONValue.integer)),
            ("key_id", .string(keyID)),
            ("revoked_at", revokedAt.map(JSONValue.integer)),
        ])
    }
}
