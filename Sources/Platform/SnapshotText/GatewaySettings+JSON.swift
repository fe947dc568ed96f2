// Settings that all gateways share, and every limit under the name that its documentation has.

import ClawgressJWS
import ClawgressModel

extension GatewaySettings {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            staticHosts: try members.namedTexts("static_hosts"),
            limits: try members.required("limits", Limits.init),
            auditOnFailure: try members.word("audit_on_failure"),
            protectedAddresses: try members.texts("protected_addresses")
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("audit_on_failure", .word(auditOnFailure)),
            ("limits", limits.json),
            ("protected_addresses", .texts(protectedAddresses)),
            ("static_hosts", .named(staticHosts)),
        ])
    }
}

extension Limits {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init()
        for (name, limit) in Self.named { self[keyPath: limit] = try members.count(name) }
        try members.end()
    }

    var json: JSONValue {
        .sorted(Self.named.map { JSONMember($0.name, .count(self[keyPath: $0.limit])) })
    }
}
