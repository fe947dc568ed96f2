// Quotas.

import ClawgressJWS
import ClawgressModel

extension Quota {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            agentID: try members.optionalText("agent_id"),
            rpsLimit: try members.optionalCount("rps_limit"),
            rpmLimit: try members.optionalCount("rpm_limit"),
            mode: try members.word("mode")
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("agent_id", agentID.map(JSONValue.string)),
            ("mode", .word(mode)),
            ("rpm_limit", rpmLimit.map(JSONValue.count)),
            ("rps_limit", rpsLimit.map(JSONValue.count)),
        ])
    }
}
