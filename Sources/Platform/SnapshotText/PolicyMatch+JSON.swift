// The conditions of a policy: absent means any, so null would be a second way to say that.

import ClawgressJWS
import ClawgressModel

extension PolicyMatch {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            identity: try members.optional("identity", IdentityMatch.init),
            destination: try members.optionalTexts("destination"),
            method: try members.optionalTexts("method"),
            pathPrefix: try members.optionalTexts("path_prefix"),
            time: try members.optional("time", TimeWindow.init)
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("destination", destination.map(JSONValue.texts)),
            ("identity", identity?.json),
            ("method", method.map(JSONValue.texts)),
            ("path_prefix", pathPrefix.map(JSONValue.texts)),
            ("time", time?.json),
        ])
    }
}

extension IdentityMatch {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            agents: try members.optionalTexts("agent_id"),
            teams: try members.optionalTexts("team_id"),
            projects: try members.optionalTexts("project_id"),
            environments: try members.optionalTexts("environment")
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("agent_id", agents.map(JSONValue.texts)),
            ("environment", environments.map(JSONValue.texts)),
            ("project_id", projects.map(JSONValue.texts)),
            ("team_id", teams.map(JSONValue.texts)),
        ])
    }
}

extension TimeWindow {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            days: try members.optionalTexts("days"),
            from: try members.text("from"),
            to: try members.text("to"),
            zone: try members.text("zone")
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("days", days.map(JSONValue.texts)),
            ("from", .string(from)),
            ("to", .string(to)),
            ("zone", .string(zone)),
        ])
    }
}
