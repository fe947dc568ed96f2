// Token issuers and the names of their claims.

import ClawgressJWS
import ClawgressModel

extension TokenIssuer {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            issuer: try members.text("issuer"),
            audiences: try members.texts("audiences"),
            keys: try members.texts("keys"),
            lifeSecondsMax: try members.integer("life_seconds_max"),
            claims: try members.required("claims", ClaimNames.init)
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("audiences", .texts(audiences)),
            ("claims", claims.json),
            ("issuer", .string(issuer)),
            ("keys", .texts(keys)),
            ("life_seconds_max", .integer(lifeSecondsMax)),
        ])
    }
}

extension ClaimNames {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            agentID: try members.text("agent_id"),
            teamID: try members.text("team_id"),
            projectID: try members.text("project_id"),
            environment: try members.text("environment")
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("agent_id", .string(agentID)),
            ("environment", .string(environment)),
            ("project_id", .string(projectID)),
            ("team_id", .string(teamID)),
        ])
    }
}
