// The explanation for programs.

import ClawgressBundleSigning
import ClawgressJWS
import ClawgressModel
import ClawgressPolicy

extension Explanation {
    /// The explanation as one JSON object; names as in events.
    var json: JSONValue {
        .object([
            JSONMember("agent_id", .string(agent.agentID)),
            JSONMember("team_id", .string(agent.teamID)),
            JSONMember("project_id", .string(agent.projectID)),
            JSONMember("environment", .string(agent.environment)),
            JSONMember("http_method", .string(target.method)),
            JSONMember("destination_host", .string(target.host)),
            JSONMember("destination_port", .integer(Int64(target.port))),
            JSONMember("path", target.isTunnel ? .null : .string(target.path)),
            JSONMember("time", .string(Timestamp.text(time))),
            JSONMember("decision", .string((isAllowed ? Decision.allow : .deny).name.description)),
            JSONMember("reason", .string(reason.name.description)),
            JSONMember("policy_id", .string(policyID)),
            JSONMember(
                "would_decision",
                would.map { .string($0.decision.name.description) } ?? .null
            ),
            JSONMember("would_policy_id", would.map { .string($0.policyID) } ?? .null),
            JSONMember("capitals", capitalsJSON),
            JSONMember("quota", quotaJSON),
            JSONMember("tls", tunnelContent.map { .string($0.rawValue) } ?? .null),
            JSONMember("ech", encryptedHello.map { .string($0.rawValue) } ?? .null),
            JSONMember("policies", .array(trace.entries.map { Self.json($0) })),
        ])
    }

    /// What the same method in capitals would get, which it needs, too.
    private var capitalsJSON: JSONValue {
        guard let capitals else { return .null }
        let decision: Decision = capitals.verdict.isAllowed ? .allow : .deny
        return .object([
            JSONMember("http_method", .string(target.method.uppercased())),
            JSONMember("decision", .string(decision.name.description)),
            JSONMember("reason", .string(capitals.verdict.reason.name.description)),
        ])
    }

    private var quotaJSON: JSONValue {
        guard let quota else { return .null }
        return .object([
            JSONMember("rps_limit", quota.rpsLimit.map { .integer(Int64($0)) } ?? .null),
            JSONMember("rpm_limit", quota.rpmLimit.map { .integer(Int64($0)) } ?? .null),
            JSONMember("mode", .string(quota.mode.rawValue)),
            JSONMember("is_default", .bool(quota.agentID == nil)),
        ])
    }

    private static func json(_ entry: PolicyTrace.Entry) -> JSONValue {
        var members = [
            JSONMember("policy_id", .string(entry.policyID)),
            JSONMember("version", .integer(Int64(entry.version))),
            JSONMember("priority", .integer(Int64(entry.priority))),
            JSONMember("action", .string(entry.action.rawValue)),
            JSONMember("mode", .string(entry.mode.rawValue)),
            JSONMember("decides", .bool(entry.decides)),
        ]
        switch entry.finding {
        case .matched: members.append(JSONMember("finding", .string("matched")))
        case .disabled: members.append(JSONMember("finding", .string("disabled")))
        case .mismatch(let field, let why):
            members.append(JSONMember("finding", .string("mismatch")))
            members.append(JSONMember("field", .string(field)))
            members.append(JSONMember("why", .string(why)))
        }
        return .object(members)
    }
}
