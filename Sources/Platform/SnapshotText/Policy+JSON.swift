// Policies; what they match is in a file of its own.

import ClawgressJWS
import ClawgressModel

extension Policy {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            policyID: try members.text("policy_id"),
            version: try members.count("version"),
            priority: try members.count("priority"),
            enabled: try members.flag("enabled"),
            mode: try members.word("mode"),
            action: try members.word("action"),
            match: try members.required("match", PolicyMatch.init),
            resolvesTo: try members.optionalTexts("resolves_to"),
            tunnels: try members.word("tunnels"),
            tls: try members.word("tls"),
            ech: try members.word("ech"),
            allowBroad: try members.flag("allow_broad")
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("action", .word(action)),
            ("allow_broad", .bool(allowBroad)),
            ("ech", .word(ech)),
            ("enabled", .bool(enabled)),
            ("match", match.json),
            ("mode", .word(mode)),
            ("policy_id", .string(policyID)),
            ("priority", .count(priority)),
            ("resolves_to", resolvesTo.map(JSONValue.texts)),
            ("tls", .word(tls)),
            ("tunnels", .word(tunnels)),
            ("version", .count(version)),
        ])
    }
}
