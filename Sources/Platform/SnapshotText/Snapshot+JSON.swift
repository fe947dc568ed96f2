// The outermost object of a bundle's content.

import ClawgressJWS
import ClawgressModel

extension Snapshot {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init()
        format = try members.text("format")
        epoch = try members.integer("epoch")
        serial = try members.integer("serial")
        revision = try members.text("revision")
        issuedAt = try members.integer("issued_at")
        agents = try members.list("agents", Agent.init)
        issuers = try members.list("issuers", TokenIssuer.init)
        destinationGroups = try members.namedTexts("destination_groups")
        policies = try members.list("policies", Policy.init)
        quotas = try members.list("quotas", Quota.init)
        defaultQuota = try members.optional("default_quota", Quota.init)
        settings = try members.required("settings", GatewaySettings.init)
        configuration = try members.optionalText("configuration")
        confirmBy = try members.optionalInteger("confirm_by")
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("agents", .array(agents.map(\.json))),
            ("configuration", configuration.map(JSONValue.string)),
            ("confirm_by", confirmBy.map(JSONValue.integer)),
            ("default_quota", defaultQuota?.json),
            ("destination_groups", .named(destinationGroups)),
            ("epoch", .integer(epoch)),
            ("format", .string(format)),
            ("issued_at", .integer(issuedAt)),
            ("issuers", .array(issuers.map(\.json))),
            ("policies", .array(policies.map(\.json))),
            ("quotas", .array(quotas.map(\.json))),
            ("revision", .string(revision)),
            ("serial", .integer(serial)),
            ("settings", settings.json),
        ])
    }
}
